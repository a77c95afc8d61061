import type { Config } from '@evenkeel/contracts';
import { splitTags } from '@evenkeel/model';
import type { GuestRow } from '@evenkeel/proxmox';
import { ask } from './ask.ts';
import type { Outside } from './outside.ts';
import { type Probe, probeOf } from './probe-of.ts';
import type { Signs } from './signs.ts';

type Asked = Pick<Outside, 'proxmox' | 'config' | 'reach'>;

/** What a guest shows of itself now: to Proxmox, to its agent, and on the port that the administrator named for it. */
export async function askGuest(guest: GuestRow, asked: Asked): Promise<Signs> {
  const [agent, probed] = await Promise.all([askAgent(guest, asked), askProbe(guest, asked)]);
  return { status: guest.status, agent, ...probed };
}

async function askAgent(guest: GuestRow, { proxmox, config }: Asked): Promise<Signs['agent']> {
  if (!config.migration_checks.guest_agent || guest.type !== 'qemu' || guest.status !== 'running') return 'none';
  const answer = await ask(proxmox.guest_agent(guest));
  return answer.ok ? answer.value : 'unknown';
}

async function askProbe(guest: GuestRow, { config, reach }: Asked): Promise<Omit<Signs, 'status' | 'agent'>> {
  const to = probeOf({ ...guest, tags: splitTags(guest.tags) }, config.migration_checks);
  if (!to || guest.status !== 'running') return { probe: 'none' };
  const probe_is = to.port === undefined ? 'ping' : 'port';
  const reached = await reach(to);
  if (typeof reached === 'object') return { probe: 'unknown', probe_is, unable: reached.unable };
  return { probe: reached ? 'answers' : 'silent', probe_is };
}

/** Whether it was reached, or why nobody could tell. */
export type Reach = (to: Probe) => Promise<boolean | { unable: string }>;
export type Checks = Config['migration_checks'];
