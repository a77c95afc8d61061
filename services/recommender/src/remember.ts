import type { ApprovedMigration, Outcome, PastMigration, RecommenderMemory, Transfer } from '@evenkeel/contracts';
import { emptyPath, figures, learnPath, millis, type PathObservation } from '@evenkeel/model';
import { pointOf } from './confidence.ts';

const mostJudged = 300;
const mostPaths = 200;

export const emptyMemory: RecommenderMemory = { judged: [], paths: {}, last_run: {} };

/** Takes up the judgement of a migration; a later horizon replaces an earlier one, the oldest are forgotten, and mandatory ones teach nothing. */
export function rememberOutcome(memory: RecommenderMemory, outcome: Outcome): RecommenderMemory {
  if (!outcome.verdict || outcome.mandatory) return memory;
  const at = Math.floor(millis(outcome.judged_at) / 1000);
  if (memory.judged.some((m) => m.id === outcome.migration_id && m.at > at)) return memory;
  const others = memory.judged.filter((m) => m.id !== outcome.migration_id);
  const judged = {
    id: outcome.migration_id,
    at,
    guest: outcome.guest,
    source: outcome.source_node,
    target: outcome.target_node,
    ...pointOf(outcome.expected_gain),
    verdict: outcome.verdict,
    ...(outcome.actual_gain === undefined ? {} : { gain: figures(outcome.actual_gain) }),
  };
  return {
    ...memory,
    judged: [...others, judged].sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1)).slice(-mostJudged),
  };
}

function rememberPath(memory: RecommenderMemory, path: string, at: number, seen: PathObservation): RecommenderMemory {
  const sums = learnPath(memory.paths[path]?.sums ?? emptyPath, seen);
  const all = Object.entries({ ...memory.paths, [path]: { at, sums } });
  const kept = all.sort(([a, x], [b, y]) => Number(b === '*') - Number(a === '*') || y.at - x.at || (a < b ? -1 : 1));
  return { ...memory, paths: Object.fromEntries(kept.slice(0, mostPaths)) };
}

function rememberTransfer(
  memory: RecommenderMemory,
  source: string,
  target: string,
  at: number,
  seen: PathObservation,
): RecommenderMemory {
  return rememberPath(rememberPath(memory, '*', at, seen), `${source}>${target}`, at, seen);
}

const observation = (transfer: Transfer, bytes: number, predicted?: number): PathObservation => ({
  bytes,
  seconds: transfer.duration_seconds,
  ...(predicted === undefined ? {} : { predicted_seconds: predicted }),
  ...(transfer.downtime_seconds === undefined ? {} : { downtime_seconds: transfer.downtime_seconds }),
});

/** Learns from a finished migration how fast its path is. */
export function rememberMigration(
  memory: RecommenderMemory,
  migration: ApprovedMigration,
  transfer: Transfer | undefined,
  completedAt: string,
): RecommenderMemory {
  if (!transfer || migration.type === 'lxc') return memory;
  const bytes = transfer.bytes ?? transfer.ram_bytes ?? migration.migration_plan.requirements.target_memory_bytes;
  const seen = observation(transfer, bytes, migration.expected.duration_seconds.expected);
  const at = Math.floor(millis(completedAt) / 1000);
  return rememberTransfer(memory, migration.source_node, migration.target_node, at, seen);
}

/** Learns the same from the migrations that Proxmox remembers from before. */
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
