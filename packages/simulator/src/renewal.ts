import type { Duplex } from 'node:stream';
import { type Certificate, type CertificateOptions, makeCertificate } from './certificate.ts';
import type { Simulator } from './simulator.ts';

type Server = { setSecureContext: (options: { key: string; cert: string }) => void; closeAllConnections: () => void };

/** Whether the certificate of a node is exchanged now. */
export const isRenewed = ({ faults, now }: Simulator, via: string | undefined): boolean =>
  faults
    .list()
    .some(
      ({ fault, from, to }) =>
        fault.kind === 'new_certificate' &&
        (fault.node === undefined || fault.node === via) &&
        from <= now() &&
        now() < to,
    );

/** Exchanges the certificate of a server while a fault says so; as when a real one starts anew, connections break, and none comes about meanwhile. */
export function createRenewal(certificate: Certificate, options: CertificateOptions, isDue: () => boolean) {
  let made: Promise<Certificate> | undefined;
  let shown = false;
  let busy = false;
  const renewed = (): Promise<Certificate> => (made ??= makeCertificate(options));
  const exchange = async (server: Server): Promise<void> => {
    busy = true;
    const { key, cert } = shown ? certificate : await renewed();
    server.setSecureContext({ key, cert });
    server.closeAllConnections();
    shown = !shown;
    busy = false;
  };
  return {
    renewed,
    /** Whether whoever is connected may stay; asked at each connection and at each request. */
    holds: (server: Server, socket: Duplex): boolean => {
      if (!busy && isDue() !== shown) void exchange(server);
      if (busy) socket.destroy();
      return !busy;
    },
  };
}
