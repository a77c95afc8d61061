import { type ApprovedMigration, executionsOf } from '@evenkeel/contracts';
import { stopped } from './begin.ts';
import { decide, type Tick } from './decide.ts';
import { Execution } from './execution.ts';
import { letGoOfOrphans, readClaims } from './hold.ts';
import { executionKey } from './keys.ts';
import { noteFailure } from './last-failure.ts';
import type { Entry, Outside } from './outside.ts';
import { perform } from './perform.ts';
import type { LogSummary } from './read-log.ts';
import type { SaidSoFar } from './report.ts';

/**
 * Puts a migration into the ledger, with what the configuration of its approval has against it; one that stands there is left as
 * it is, one that was over is found out at its first step.
 */
export async function file(
  migration: ApprovedMigration,
  { ledger, trace, config }: Pick<Outside, 'ledger' | 'config'> & { trace: string },
): Promise<void> {
  const paused = stopped(config, migration);
  const approved = { state: 'approved', migration, trace } satisfies Execution;
  await ledger.create(executionKey(migration), paused ? { ...approved, paused } : approved);
}

export type Standing = {
  /** As they stand now; what was forgotten, or is being moved by another process, is not among them. */
  executions: Execution[];
  /** Keys of all that were there before. */
  keys: string[];
  /** Keys of those, and of claims, that this version cannot read; they keep what they hold. */
  unreadable: string[];
  /** What was read of the logs of running migrations, by migration. */
  logs: Map<string, LogSummary>;
  /** What each of them waits for, by migration. */
  waits: Map<string, string>;
};

/** Moves every migration of the cluster on as far as it goes now, the earliest approval first. */
export async function advanceAll(said: (migration_id: string) => SaidSoFar, outside: Outside): Promise<Standing> {
  const kept = await outside.ledger.list(executionsOf(outside.cluster));
  const keys = kept.map(({ key }) => key);
  outside.watch.keep(executionsOf(outside.cluster), keys);
  const parsed = kept.map(({ key, value, revision }) => ({ key, revision, read: Execution.safeParse(value) }));
  const unreadable = parsed.filter(({ read }) => !read.success).map(({ key }) => key);
  const entries = parsed.flatMap(({ read, revision }) => (read.success ? [{ execution: read.data, revision }] : []));
  entries.sort(order);
  const claims = await readClaims(outside);
  const present = new Set(entries.map(({ execution }) => execution.migration.migration_id));
  await letGoOfOrphans(claims, present, outside);
  unreadable.push(...claims.filter(({ done }) => done === null).map(({ key }) => key));
  return { ...(await advanceEach(entries, said, outside)), keys, unreadable };
}

/**
 * What waits for its turn comes last, to find free what the others let go of. Of that, ways back first: they are for guests that are
 * not well; then by the time of approval, and what was approved at one moment as it was filed.
 */
const order = ({ execution: a, revision: filed_a }: Entry, { execution: b, revision: filed_b }: Entry) =>
  Number(a.state === 'approved') - Number(b.state === 'approved') ||
  Number(b.migration.parent_id !== undefined) - Number(a.migration.parent_id !== undefined) ||
  a.migration.approved_at.localeCompare(b.migration.approved_at) ||
  filed_a - filed_b;

async function advanceEach(entries: Entry[], said: (migration_id: string) => SaidSoFar, outside: Outside) {
  const executions: Execution[] = [];
  if (entries.length === 0) return { executions, logs: new Map(), waits: new Map() };
  for (const { execution } of entries) await noteFailure(execution, outside);
  const tick: Pass = {
    held: await readClaims(outside),
    logs: new Map(),
    waits: new Map(),
    yields: false,
    awaited: new Set(),
  };
  for (const entry of entries) {
    const { migration_id } = entry.execution.migration;
    const stands = await advance(entry, said(migration_id), tick, outside);
    if (stands) executions.push(stands);
  }
  return { executions, logs: tick.logs, waits: tick.waits };
}

type Pass = Omit<Tick, 'said'> & {
  /** By migration: what it waits for. */
  waits: Map<string, string>;
};

const leadsBack = (execution: Execution): boolean => execution.state === 'ended' && execution.ending.back !== undefined;

/** One migration, step by step until it has to wait; null where it is forgotten or somebody else moves it. */
async function advance(from: Entry, said: SaidSoFar, tick: Pass, outside: Outside): Promise<Execution | null> {
  let entry = from;
  for (;;) {
    const step = await decide(entry, { said, ...tick }, outside);
    if (step.do === 'wait') {
      tick.waits.set(entry.execution.migration.migration_id, step.reason);
      if (step.key) tick.awaited.add(step.key);
      return entry.execution;
    }
    const next = await perform(step, entry, outside);
    if (next) await noteFailure(next.execution, outside);
    if (step.do === 'claim' || step.do === 'join' || step.do === 'finish') tick.held = await readClaims(outside);
    if (step.do === 'finish' && leadsBack(entry.execution)) tick.yields = true;
    if (!next) return null;
    if (next.revision === entry.revision) {
      if (step.do === 'claim') for (const key of step.keys) tick.awaited.add(key);
      return entry.execution;
    }
    entry = next;
  }
}
