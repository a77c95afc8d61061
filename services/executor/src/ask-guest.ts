import type { Config } from '@evenkeel/contracts';
import { splitTags } from '@evenkeel/model';
import type { GuestRow } from '@evenkeel/proxmox';
import { ask } from './ask.ts';
import type { Outside } from './outside.ts';
import { probeOf } from './probe-of.ts';
import type { Signs } from './signs.ts';

type Asked = Pick<Outside, 'proxmox' | 'config' | 'reach'>;

/** What a guest shows of itself now: to Proxmox, to its agent, and on the port that the administrator named for it. */
export async function askGuest(guest: GuestRow, asked: Asked): Promise<Signs> {
  const [agent, probe] = await Promise.all([askAgent(guest, asked), askPort(guest, asked)]);
  return { status: guest.status, agent, probe };
}

async function askAgent(guest: GuestRow, { proxmox, config }: Asked): Promise<Signs['agent']> {
  if (!config.migration_checks.guest_agent || guest.type !== 'qemu' || guest.status !== 'running') return 'none';
  const answer = await ask(proxmox.guest_agent(guest));
  return answer.ok ? answer.value : 'unknown';
}

async function askPort(guest: GuestRow, { config, reach }: Asked): Promise<Signs['probe']> {
  const to = probeOf({ ...guest, tags: splitTags(guest.tags) }, config.migration_checks);
  if (!to || guest.status !== 'running') return 'none';
  return (await reach(to)) ? 'answers' : 'silent';
}

export type Reach = (to: { host: string; port: number; timeout_ms: number }) => Promise<boolean>;
export type Checks = Config['migration_checks'];
