import type {
  ApprovedMigration,
  GuestSample,
  Outcome,
  PastMigration,
  RecommenderMemory,
  Transfer,
} from '@evenkeel/contracts';
import { emptyPath, figures, type Learned, learnPath, millis, type PathObservation } from '@evenkeel/model';
import { pointOf } from './confidence.ts';
import { missOf } from './gain-width.ts';

const mostJudged = 300;
/** Each way between 16 nodes, and restarts on each of them. */
const mostPaths = 260;
/** No node is called so: transfers of all paths, and restarts of containers by target and anywhere. */
const [allPaths, allRestarts] = ['*', '*restart'];

export const emptyMemory: RecommenderMemory = { judged: [], paths: {}, last_run: {} };

/** Takes up the judgement of a migration; a later horizon replaces an earlier one, the oldest are forgotten, and mandatory ones or those that even out numbers of guests teach nothing. */
export function rememberOutcome(memory: RecommenderMemory, outcome: Outcome): RecommenderMemory {
  if (!outcome.verdict || outcome.mandatory || outcome.purpose) return memory;
  const at = Math.floor(millis(outcome.judged_at) / 1000);
  if (memory.judged.some((m) => m.id === outcome.migration_id && m.at > at)) return memory;
  const others = memory.judged.filter((m) => m.id !== outcome.migration_id);
  const judged = {
    id: outcome.migration_id,
    at,
    guest: outcome.guest,
    ...(outcome.identity === undefined ? {} : { identity: outcome.identity }),
    source: outcome.source_node,
    target: outcome.target_node,
    ...pointOf(outcome.expected_gain),
    verdict: outcome.verdict,
    ...(outcome.actual_gain === undefined
      ? {}
      : { gain: figures(outcome.actual_gain), miss: missOf(outcome.expected_gain, outcome.actual_gain) }),
  };
  return {
    ...memory,
    judged: [...others, judged].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)).slice(-mostJudged),
  };
}

const ofAll = (path: string): number => Number(path === allPaths || path === allRestarts);

function rememberPath(memory: RecommenderMemory, path: string, at: number, seen: PathObservation): RecommenderMemory {
  const sums = figures(learnPath(memory.paths[path]?.sums ?? emptyPath, seen));
  const all = Object.entries({ ...memory.paths, [path]: { at, sums } });
  const kept = all.sort(([a, x], [b, y]) => ofAll(b) - ofAll(a) || y.at - x.at || (a < b ? -1 : 1));
  return { ...memory, paths: Object.fromEntries(kept.slice(0, mostPaths)) };
}

function rememberTransfer(
  memory: RecommenderMemory,
  source: string,
  target: string,
  at: number,
  seen: PathObservation,
): RecommenderMemory {
  return rememberPath(rememberPath(memory, allPaths, at, seen), `${source}>${target}`, at, seen);
}

const observation = (transfer: Transfer, bytes: number, predicted?: number): PathObservation => ({
  bytes,
  seconds: transfer.duration_seconds,
  ...(predicted === undefined ? {} : { predicted_seconds: predicted }),
  ...(transfer.downtime_seconds === undefined ? {} : { downtime_seconds: transfer.downtime_seconds }),
});

/** What was learned that says something about a guest's way to a node. */
export function learnedOf({ paths }: RecommenderMemory, guest: GuestSample, target: string): Learned {
  return {
    path: paths[`${guest.node}>${target}`]?.sums,
    cluster: paths[allPaths]?.sums,
    restarts: paths[`${allRestarts}>${target}`]?.sums,
    all_restarts: paths[allRestarts]?.sums,
  };
}

/** Learns how long a container was away: that depends on where it starts, and on its local disks. */
function rememberRestart(
  memory: RecommenderMemory,
  { target_node, expected }: ApprovedMigration,
  transfer: Transfer,
  at: number,
): RecommenderMemory {
  const seconds = transfer.downtime_seconds;
  if (seconds === undefined) return memory;
  const seen = {
    bytes: transfer.bytes ?? expected.bytes ?? 0,
    seconds,
    predicted_seconds: expected.downtime_seconds.expected,
  };
  return rememberPath(rememberPath(memory, allRestarts, at, seen), `${allRestarts}>${target_node}`, at, seen);
}

/** Learns from a finished migration how fast its path is; from a container's, how long a restart takes. */
export function rememberMigration(
  memory: RecommenderMemory,
  migration: ApprovedMigration,
  transfer: Transfer | undefined,
  completedAt: string,
): RecommenderMemory {
  if (!transfer) return memory;
  const at = Math.floor(millis(completedAt) / 1000);
  if (migration.type === 'lxc') return rememberRestart(memory, migration, transfer, at);
  const bytes = transfer.bytes ?? transfer.ram_bytes ?? migration.migration_plan.requirements.target_memory_bytes;
  const seen = observation(transfer, bytes, migration.expected.duration_seconds.expected);
  return rememberTransfer(memory, migration.source_node, migration.target_node, at, seen);
}

/** Learns how fast paths are from the migrations that Proxmox remembers from before; what containers had on local disks is not known of them. */
export function rememberPast(memory: RecommenderMemory, past: readonly PastMigration[]): RecommenderMemory {
  let known = memory;
  for (const { ok, guest, source, target, transfer, ended_at } of past) {
    const bytes = transfer?.bytes ?? transfer?.ram_bytes;
    if (!ok || !target || !transfer || bytes === undefined || guest.startsWith('lxc/')) continue;
    known = rememberTransfer(known, source, target, Math.floor(millis(ended_at) / 1000), observation(transfer, bytes));
  }
  return known;
}

/** Notes what a run recommended, so that the next one does not waver between moves that are worth the same. */
export function rememberRun(
  memory: RecommenderMemory,
  recommendations: readonly { guest: string; target_node: string }[],
): RecommenderMemory {
  return { ...memory, last_run: Object.fromEntries(recommendations.map((r) => [r.guest, r.target_node])) };
}
