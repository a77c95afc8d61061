import type { Config } from '@evenkeel/contracts';
import { matches } from '@evenkeel/model';

type Probed = { name?: string | undefined; vmid: number; tags: readonly string[] };
export type Port = { host: string; port: number; timeout_ms: number };

const isHostName = (text: string): boolean =>
  /^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,62})(\.[A-Za-z0-9]([A-Za-z0-9-]{0,62}))*$/.test(text);

/** Where the administrator wants a guest to be reached, or null; the name of a guest counts only where it is a host name. */
export function probeOf(guest: Probed, checks: Config['migration_checks']): Port | null {
  const { tcp_probes, probe_timeout_seconds } = checks;
  const probe = tcp_probes.find(({ guests }) => guests.some((pattern) => names(pattern, guest)));
  if (!probe) return null;
  const name = guest.name ?? '';
  if (probe.host.includes('{name}') && !isHostName(name)) return null;
  return { host: probe.host.replaceAll('{name}', name), port: probe.port, timeout_ms: 1000 * probe_timeout_seconds };
}

function names(pattern: string, { name, vmid, tags }: Probed): boolean {
  if (pattern.startsWith('tag:')) return tags.some((tag) => matches(pattern.slice(4).toLowerCase(), tag));
  return (name !== undefined && matches(pattern, name)) || matches(pattern, String(vmid));
}
