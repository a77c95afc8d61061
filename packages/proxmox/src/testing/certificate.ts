import { generateKeyPairSync, sign, X509Certificate } from 'node:crypto';

const tag = (type: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const length =
    content.length < 128
      ? Buffer.from([content.length])
      : content.length < 256
        ? Buffer.from([0x81, content.length])
        : Buffer.from([0x82, content.length >> 8, content.length & 255]);
  return Buffer.concat([Buffer.from([type]), length, content]);
};
const sequence = (...parts: Buffer[]): Buffer => tag(0x30, ...parts);
const oid = (...bytes: number[]): Buffer => tag(0x06, Buffer.from(bytes));
const octets = (content: Buffer): Buffer => tag(0x04, content);
const time = (date: Date): Buffer =>
  tag(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`, 'ascii'));
const name = (common: string): Buffer => sequence(tag(0x31, sequence(oid(0x55, 4, 3), tag(0x0c, Buffer.from(common)))));

const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2));
const yes = tag(0x01, Buffer.from([255]));
const isAuthority = sequence(oid(0x55, 0x1d, 0x13), yes, octets(sequence(yes)));
const names = sequence(
  oid(0x55, 0x1d, 0x11),
  octets(sequence(tag(0x82, Buffer.from('localhost')), tag(0x87, Buffer.from([127, 0, 0, 1])))),
);

const pem = (label: string, der: Buffer): string =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;

/** A certificate for localhost and 127.0.0.1, made on the spot: self-signed, or by an authority of that name that nobody knows. */
export function makeCertificate(
  validDays: { from: number; to: number },
  authority?: string,
): {
  key: string;
  cert: string;
  fingerprint: string;
} {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const day = (n: number): Date => new Date(Date.now() + n * 86_400_000);
  const serial = tag(0x02, Buffer.from([1, ...crypto.getRandomValues(new Uint8Array(8))]));
  const subject = name('localhost');
  const toBeSigned = sequence(
    tag(0xa0, tag(0x02, Buffer.from([2]))),
    serial,
    ecdsaWithSha256,
    authority === undefined ? subject : name(authority),
    sequence(time(day(validDays.from)), time(day(validDays.to))),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    tag(0xa3, authority === undefined ? sequence(isAuthority, names) : sequence(names)),
  );
  const signer =
    authority === undefined ? privateKey : generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey;
  const signature = tag(0x03, Buffer.from([0]), sign('sha256', toBeSigned, signer));
  const cert = pem('CERTIFICATE', sequence(toBeSigned, ecdsaWithSha256, signature));
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { key, cert, fingerprint: new X509Certificate(cert).fingerprint256 };
}
