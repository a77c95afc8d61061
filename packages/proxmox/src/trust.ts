import type { TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';

/** How the cluster's certificate is known; with neither, by the authorities that this machine trusts. */
export type Trust = {
  /** SHA-256 of certificates, hex with or without colons. */
  fingerprints?: readonly string[];
  /** PEM of the authority that signed them. */
  ca?: string;
};

/** The host could not be joined: nothing of a request was sent. */
export class ConnectFailure extends Error {
  override name = 'ConnectFailure';
  readonly kind: 'unreachable' | 'timeout' | 'certificate';
  constructor(kind: ConnectFailure['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

const bare = (fingerprint: string): string => fingerprint.replaceAll(':', '').toUpperCase();
const spaced = (fingerprint: string): string => bare(fingerprint).replace(/(..)(?=.)/g, '$1:');

/** Connects and, before a byte of the request goes out, holds the certificate against the pins. */
export function trustedConnector(trust: Trust, connect_timeout_ms: number): buildConnector.connector {
  const pins = (trust.fingerprints ?? []).map(bare);
  const connect = buildConnector({
    timeout: connect_timeout_ms,
    allowH2: false,
    // A resumed session would not show its certificate again.
    maxCachedSessions: 0,
    rejectUnauthorized: pins.length === 0,
    ...(trust.ca === undefined ? {} : { ca: trust.ca }),
  });
  return (options, callback) => {
    connect(options, (...[error, socket]) => {
      if (error) return callback(connectFailure(error), null);
      const refusal = pins.length > 0 && socket ? refusalOf(socket as TLSSocket, pins, trust.ca !== undefined) : null;
      if (!socket || refusal === null) return callback(null, socket as TLSSocket);
      socket.destroy();
      return callback(new ConnectFailure('certificate', refusal), null);
    });
  };
}

/** Null where the certificate is pinned, or signed by the given authority for this host. */
export function refusalOf(socket: TLSSocket, fingerprints: readonly string[], hasCa: boolean): string | null {
  const pins = fingerprints.map(bare);
  const got = socket.getPeerCertificate?.()?.fingerprint256;
  if (got && (pins.includes(bare(got)) || (hasCa && socket.authorized))) return null;
  const expected = pins.map(spaced).join(' or ');
  return `certificate fingerprint is ${got ?? 'absent'}, expected ${expected}; if the certificate was renewed, set the new fingerprint (pvenode cert info) after checking it on the node`;
}

const whatToTrust =
  'set fingerprints (EVENKEEL_PVE_FINGERPRINTS) to what `pvenode cert info` shows on each node, or ca_file (EVENKEEL_PVE_CA_FILE) to a copy of its /etc/pve/pve-root-ca.pem';
const unknownAuthority = `its certificate comes from an authority not trusted here; ${whatToTrust}`;

const certificateWords: Record<string, string> = {
  CERT_HAS_EXPIRED: 'its certificate has expired; renew it on the node (pvecm updatecerts --force)',
  CERT_NOT_YET_VALID: 'its certificate is not yet valid; check the clocks',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'its certificate is for another name; use a name in it, or set its fingerprint (pvenode cert info)',
  DEPTH_ZERO_SELF_SIGNED_CERT: `its certificate is self-signed; ${whatToTrust}`,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
};

const connectWords: Record<string, string> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset while connecting',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to its network',
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name could not be looked up',
};

/** What is wrong with a certificate and what to do, by the code that TLS gives. */
export const certificateRefusal = (code: string): string =>
  certificateWords[code] ?? `its certificate cannot be trusted (${code}); ${whatToTrust}`;

/** Why a host could not be joined. */
export function connectFailure(error: Error & { code?: string }): ConnectFailure {
  const code = error.code ?? '';
  if (/^(CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED)/.test(code)) {
    return new ConnectFailure('certificate', certificateRefusal(code));
  }
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
    return new ConnectFailure('timeout', 'no connection in time');
  }
  return new ConnectFailure('unreachable', connectWords[code] ?? `no connection (${code || error.message})`);
}
