import { millis, minutes } from '@evenkeel/model';
import type { TaskRow } from '@evenkeel/proxmox';
import type { Starting } from './execution.ts';

const migrating = ['qmigrate', 'vzmigrate', 'hamigrate'];
/** By how much the clock of a node may differ from the cluster's. */
const skew = minutes(5);

/** The type in a UPID: `UPID:node:pid:pstart:starttime:type:id:user:`. */
export const taskType = (upid: string): string => upid.split(':')[5] ?? '';

/** Migrations of a guest among tasks, each once, in the order in which they started. */
export function migrationsOf(vmid: number, tasks: TaskRow[]): TaskRow[] {
  const ours = tasks.filter((t) => migrating.includes(t.type) && t.id === String(vmid));
  const unique = [...new Map(ours.map((t) => [t.upid, t])).values()];
  return unique.sort((a, b) => a.starttime - b.starttime || (a.upid < b.upid ? -1 : 1));
}

/**
 * The task that an intent led to: the latest migration of the guest away from its source that was not known before, the real one before
 * the request to HA. Lists of the whole cluster also show how the guest came to its source.
 */
export function findTask(intent: Pick<Starting, 'migration' | 't0' | 'known_tasks'>, tasks: TaskRow[]): TaskRow | null {
  const { migration } = intent;
  const since = (millis(intent.t0) - skew) / 1000;
  const found = migrationsOf(migration.vmid, tasks).filter(
    (t) => t.node === migration.source_node && t.starttime >= since && !intent.known_tasks.includes(t.upid),
  );
  return found.findLast((t) => t.type !== 'hamigrate') ?? found.at(-1) ?? null;
}
