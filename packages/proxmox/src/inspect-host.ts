import { connect, type TLSSocket } from 'node:tls';
import { originOf } from '@evenkeel/contracts';
import { certificateRefusal, connectFailure, refusalOf, type Trust } from './trust.ts';

export type HostCertificate = {
  /** SHA-256: `AA:BB:…`. */
  fingerprint: string;
  /** Epoch milliseconds. */
  valid_from: number;
  valid_to: number;
  /** By what it is trusted; null where it is not. */
  trusted_by: 'fingerprint' | 'ca' | 'system' | null;
  /** Why it is not trusted, and what to do. */
  refusal: string | null;
};

export type HostLook = { host: string; failure: string } | { host: string; certificate: HostCertificate };

/** Connects to a host of a cluster, looks at its certificate, and hangs up: nothing is sent, least of all a token. Never throws. */
export function inspectHost(host: string, trust: Trust, timeout_ms: number): Promise<HostLook> {
  const { hostname, port } = new URL(originOf(host));
  const name = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve) => {
    const ca = trust.ca === undefined ? {} : { ca: trust.ca };
    const named = /^[\d.]+$|:/.test(name) ? {} : { servername: name };
    const socket = connect({ host: name, port: Number(port), rejectUnauthorized: false, ...named, ...ca });
    const end = (look: HostLook): void => {
      clearTimeout(patience);
      socket.destroy();
      resolve(look);
    };
    const patience = setTimeout(() => end({ host, failure: 'no connection in time' }), timeout_ms);
    socket.once('error', (error) => end({ host, failure: connectFailure(error).message }));
    socket.once('secureConnect', () => end({ host, certificate: certificateOf(socket, trust) }));
  });
}

function certificateOf(socket: TLSSocket, trust: Trust): HostCertificate {
  const { fingerprint256, valid_from, valid_to } = socket.getPeerCertificate();
  const refusal = refusalHere(socket, trust);
  return {
    fingerprint: fingerprint256,
    valid_from: Date.parse(valid_from),
    valid_to: Date.parse(valid_to),
    trusted_by: refusal === null ? trustedBy(socket, trust) : null,
    refusal,
  };
}

function refusalHere(socket: TLSSocket, { fingerprints = [], ca }: Trust): string | null {
  if (fingerprints.length > 0) return refusalOf(socket, fingerprints, ca !== undefined);
  if (socket.authorized) return null;
  const error = socket.authorizationError as unknown as string | { code?: string };
  return certificateRefusal(typeof error === 'string' ? error : (error.code ?? 'unknown'));
}

function trustedBy(socket: TLSSocket, trust: Trust): 'fingerprint' | 'ca' | 'system' {
  const isPinned = (trust.fingerprints ?? []).length > 0 && refusalOf(socket, trust.fingerprints ?? [], false) === null;
  if (isPinned) return 'fingerprint';
  return trust.ca === undefined ? 'system' : 'ca';
}
