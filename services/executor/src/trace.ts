import { hours, millis } from '@evenkeel/model';
import type { TaskRow } from '@evenkeel/proxmox';
import type { Running, Starting } from './execution.ts';

const migrating = ['qmigrate', 'vzmigrate', 'hamigrate'];
/** By how much the clock of a node may be behind the cluster's: what is older than an intent is told by the tasks known before it. */
const skew = hours(24);
/** As whom HA carries out what it was asked for. */
const haUser = 'root@pam';

/** A task, and where it takes the guest as far as its log says so. */
export type TracedTask = TaskRow & { target?: string | undefined };
type Intent = Pick<Starting, 'migration' | 't0' | 'known_tasks'> & Pick<Partial<Running>, 'along_with'>;

/** The type in a UPID: `UPID:node:pid:pstart:starttime:type:id:user:`. */
export const taskType = (upid: string): string => upid.split(':')[5] ?? '';

/** Whether HA was asked for it, with a request of its own or that of another guest, and its own task is not known. */
export const isWithHa = ({ upid, along_with }: Pick<Running, 'upid' | 'along_with'>): boolean =>
  upid === '' ? along_with !== undefined : taskType(upid) === 'hamigrate';

/** Whose token a task was begun with, where it names that too. */
export const ownerOf = ({ user }: Pick<TaskRow, 'user'>): string => user.split('!')[0] ?? '';

/** Migrations of a guest among tasks, each once, in the order in which they started. */
export function migrationsOf<T extends TaskRow>(vmid: number, tasks: T[]): T[] {
  const ours = tasks.filter((t) => migrating.includes(t.type) && t.id === String(vmid));
  const unique = [...new Map(ours.map((t) => [t.upid, t])).values()];
  return unique.sort((a, b) => a.starttime - b.starttime || (a.upid < b.upid ? -1 : 1));
}

/** Migrations of the guest away from its source that an intent may have led to, or that others began meanwhile: those not known before. */
export function migrationsSince<T extends TaskRow>({ migration, t0, known_tasks }: Intent, tasks: T[]): T[] {
  const since = (millis(t0) - skew) / 1000;
  return migrationsOf(migration.vmid, tasks).filter(
    (t) => t.node === migration.source_node && t.starttime >= since && !known_tasks.includes(t.upid),
  );
}

/**
 * The task that an intent led to: the latest to its target that this user began, or that HA did upon this user's request, be it the
 * one for another guest that takes this along; the real one before that request. Lists of the whole cluster also show how the guest came to its source.
 */
export function findTask(intent: Intent, tasks: TracedTask[], user: string): TracedTask | null {
  const since = migrationsSince(intent, tasks).filter(
    ({ target }) => target === undefined || target === intent.migration.target_node,
  );
  const asked = since.find((t) => t.type === 'hamigrate' && ownerOf(t) === user);
  const isAfterRequest = ({ starttime }: TaskRow) =>
    intent.along_with !== undefined || (asked !== undefined && starttime >= asked.starttime);
  const byHa = (t: TaskRow) => ownerOf(t) === haUser && isAfterRequest(t);
  const found = since.filter((t) => ownerOf(t) === user || (t.type !== 'hamigrate' && byHa(t)));
  return found.findLast((t) => t.type !== 'hamigrate') ?? found.at(-1) ?? null;
}

/** The latest migration that somebody else began since an intent, or null. */
export function findForeign(intent: Intent, tasks: TracedTask[], user: string): TracedTask | null {
  const own = findTask(intent, tasks, user);
  return migrationsSince(intent, tasks).findLast(({ upid }) => upid !== own?.upid) ?? null;
}
