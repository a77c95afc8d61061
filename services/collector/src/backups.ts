import type { ClusterSample, GuestSample } from '@evenkeel/contracts';
import { iso, millis } from '@evenkeel/model';
import type { BackupJob, TaskRow } from '@evenkeel/proxmox';

/** The backup jobs of a cluster as they were read; what could not be read is among the problems. */
export type Backups = { jobs: readonly BackupJob[]; problems: readonly string[] };

/** A backup further away than this says nothing about a move that is decided now. */
const soonMs = 6 * 3_600_000;

const covers = (job: BackupJob, { vmid, pool, node }: GuestSample): boolean =>
  job.enabled &&
  (job.node === undefined || job.node === node) &&
  !job.exclude.includes(vmid) &&
  (job.vmids === 'all' || job.vmids.includes(vmid) || (job.pool !== undefined && job.pool === pool));

/** Nodes on which a backup of more than one guest runs: its task is of no guest. */
const busyNodes = (tasks: readonly TaskRow[]): ReadonlySet<string> =>
  new Set(
    tasks.filter(({ type, id, endtime }) => type === 'vzdump' && !id && endtime === undefined).map((t) => t.node),
  );

/** The sample with the guests whose scheduled backup is near or runs; a job is over on a node when its task there is. */
export function withBackups(
  sample: ClusterSample,
  { jobs, problems }: Backups,
  tasks: readonly TaskRow[],
): ClusterSample {
  const now = millis(sample.at);
  const busy = busyNodes(tasks);
  const backupOf = (guest: GuestSample): GuestSample['backup'] => {
    const mine = jobs.filter((job) => covers(job, guest));
    if (mine.length === 0) return undefined;
    if (busy.has(guest.node)) return { at: sample.at, running: true };
    const next = Math.min(...mine.map(({ next_run }) => (next_run ?? Number.POSITIVE_INFINITY) * 1000));
    return next - now <= soonMs ? { at: iso(next), running: false } : undefined;
  };
  const guests = sample.guests.map((guest) => {
    const backup = backupOf(guest);
    return backup ? { ...guest, backup } : guest;
  });
  return { ...sample, guests, problems: [...sample.problems, ...problems].slice(0, 100) };
}
