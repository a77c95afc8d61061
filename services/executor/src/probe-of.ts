import type { Config } from '@evenkeel/contracts';
import { matches } from '@evenkeel/model';

type Probed = { type: string; name?: string | undefined; vmid: number; tags: readonly string[] };
/** What to reach a guest at; pinged where there is no port. */
export type Probe = { host: string; port?: number; timeout_ms: number };

const isHostName = (text: string): boolean =>
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62}))*$/.test(text);

/** Where the administrator wants a guest to be reached, or null; the name of a guest counts only where it is a host name. */
export function probeOf(guest: Probed, checks: Config['migration_checks']): Probe | null {
  const { tcp_probes, ping_probes, probe_timeout_seconds } = checks;
  const isIts = ({ guests }: { guests: string[] }) => guests.some((pattern) => names(pattern, guest));
  const [port, ping] = [tcp_probes.find(isIts), ping_probes.find(isIts)];
  const probe = port ?? ping;
  if (!probe) return null;
  const name = guest.name ?? '';
  if (probe.host.includes('{name}') && !isHostName(name)) return null;
  const to = { host: probe.host.replaceAll('{name}', name), timeout_ms: 1000 * probe_timeout_seconds };
  return port ? { ...to, port: port.port } : to;
}

function names(pattern: string, { type, name, vmid, tags }: Probed): boolean {
  if (pattern.startsWith('tag:')) return tags.some((tag) => matches(pattern.slice(4).toLowerCase(), tag));
  const called = [...(name === undefined ? [] : [name]), String(vmid), `${type}/${vmid}`];
  return called.some((text) => matches(pattern, text));
}
