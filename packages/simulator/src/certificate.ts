import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

export type Certificate = {
  key: string;
  /** The server's certificate and the authority that signed it, PEM. */
  cert: string;
  ca: string;
  /** SHA-256 of the server's certificate: `AA:BB:…`. */
  fingerprint: string;
};

export type CertificateOptions = {
  /** Further names and addresses that it is good for, beside localhost. */
  names?: string[] | undefined;
  /** It ended yesterday. */
  expired?: boolean | undefined;
};

const DAY = 86_400_000;

const altName = (name: string) =>
  /^[\d.]+$|:/.test(name) ? { type: 7 as const, ip: name } : { type: 2 as const, value: name };

/** A certificate as each Proxmox node has one: signed by the cluster's own authority, which no system trusts. */
export const makeCertificate = async (options: CertificateOptions = {}): Promise<Certificate> => {
  const now = Date.now();
  const from = new Date(now - 400 * DAY);
  const made = { keyType: 'ec', algorithm: 'sha256', notBeforeDate: from } as const;
  const authority = await generate([{ name: 'commonName', value: 'Proxmox Virtual Environment (simulated)' }], {
    ...made,
    notAfterDate: new Date(now + 3650 * DAY),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const names = [...new Set(['localhost', '127.0.0.1', '::1', ...(options.names ?? [])])];
  const server = await generate([{ name: 'commonName', value: options.names?.[0] ?? 'localhost' }], {
    ...made,
    notAfterDate: new Date(options.expired ? now - DAY : now + 730 * DAY),
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map(altName) },
    ],
  });
  return {
    key: server.private,
    cert: `${server.cert.trim()}\n${authority.cert.trim()}\n`,
    ca: authority.cert,
    fingerprint: new X509Certificate(server.cert).fingerprint256,
  };
};
