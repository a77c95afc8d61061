import { added, type Draft, dropped, moved, notUnderstood } from './draft.ts';

const hostName = /^[A-Za-z0-9._-]+$/;
const bracketed = /^\[[0-9A-Fa-f:.]+\]$/;

/** Host and port in a text such as `https://pve1:8006/`; undefined where it is anything else, or holds credentials. */
function readHost(text: string): { host: string; port?: string } | undefined {
  const bare = text
    .trim()
    .replace(/^https?:\/\//i, '')
    .replace(/\/.*$/, '');
  if (/^[0-9A-Fa-f:.]+$/.test(bare) && bare.split(':').length > 2) return { host: `[${bare}]` };
  const [, host, port] = /^(.*?)(?::(\d{1,5}))?$/.exec(bare) ?? [];
  if (host === undefined || !(hostName.test(host) || bracketed.test(host))) return undefined;
  return port === undefined ? { host } : { host, port };
}

const isPort = (port: unknown) => typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536;

/** The port, where the host does not bring its own. */
function takePort(draft: Draft, own: string | undefined): string {
  const path = 'proxmox_port';
  const found = draft.take(path);
  if (found === undefined) return own ?? '8006';
  const port = typeof found === 'string' && found.trim() !== '' ? Number(found) : found;
  if (!isPort(port)) {
    draft.note(notUnderstood(path, found, own ?? '8006', 'not a port'));
    return own ?? '8006';
  }
  const same = own === undefined || own === String(port);
  const note = same ? moved : dropped;
  draft.note(note(path, found, 'clusters[0].hosts[0]', same ? 'it belongs to the host' : 'the host brings its own'));
  return own ?? String(port);
}

const readToken = '/run/secrets/evenkeel-read-token';
const tokenAdvice =
  'put a read-only token there as USER@REALM!TOKENID=SECRET; none was copied, and without write_token_file nothing can be moved';

/** Takes the address of the cluster; its secrets stay where they are. */
export function takeCluster(draft: Draft): void {
  const path = 'proxmox_host';
  const found = draft.take(path);
  const address = typeof found === 'string' ? readHost(found) : undefined;
  if (!address) {
    if (found !== undefined) draft.note(notUnderstood(path, found, 'no cluster', 'not a host name or address'));
    return;
  }
  const port = takePort(draft, address.port);
  const host = port === '8006' ? address.host : `${address.host}:${port}`;
  draft.put('clusters', [{ name: 'proxmox', hosts: [host], read_token_file: readToken }]);
  draft.note(
    moved(path, found, `clusters[0].hosts[0] = ${host}`, 'clusters are a list'),
    added('clusters[0].name', 'proxmox', 'clusters have names; choose your own'),
    added('clusters[0].read_token_file', readToken, tokenAdvice),
  );
}
