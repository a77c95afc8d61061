import type { Bus } from '@evenkeel/bus';
import {
  type AnyEvent,
  type ApprovedMigration,
  type CloudEvent,
  counterfactualRecorded,
  type DataOf,
  invariantBroken,
  migrationApproved,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
  migrationStarted,
  outcomeRecorded,
  recommendationDecided,
  runDecided,
} from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';

type Approved = Omit<ApprovedMigration, 'migration_plan'>;

/** What was said in a day, as far as promises speak of it: small, whatever the day. */
export type Heard = {
  approved: Map<string, Approved>;
  /** By migration, what was said of its start and its end, and when by the cluster's clock. */
  starts: Map<string, string[]>;
  ends: Map<string, { kind: 'completed' | 'failed' | 'refused'; at: string; code?: string }[]>;
  /** How often each outcome was recorded, by migration and horizon. */
  outcomes: Map<string, number>;
  /** Decisions to execute whose ladder does not say so. */
  lawless: string[];
  broken: string[];
  counts: Map<string, number>;
  /** Events that were said twice, but for echoes. */
  twice: string[];
  bytes: number;
  /** When the last run was decided, epoch ms. */
  lastRun: number;
};

/** Listens to every decision, and to what `listen` is handed besides; an echo is no news. */
export async function createWitness(bus: Bus, listen: (text: string) => void) {
  const heard: Heard = {
    approved: new Map(),
    starts: new Map(),
    ends: new Map(),
    outcomes: new Map(),
    lawless: [],
    broken: [],
    counts: new Map(),
    twice: [],
    bytes: 0,
    lastRun: 0,
  };
  const echoes = new Map<string, number>();
  const ids = new Set<string>();
  const take = (event: CloudEvent): void => {
    const text = JSON.stringify(event);
    listen(text);
    const left = echoes.get(event.id) ?? 0;
    if (left > 0) return void echoes.set(event.id, left - 1);
    if (event.id.startsWith('poison/')) return;
    if (ids.has(event.id)) heard.twice.push(event.id);
    ids.add(event.id);
    heard.bytes += text.length;
    heard.counts.set(event.type, (heard.counts.get(event.type) ?? 0) + 1);
    note(event, heard);
  };
  const options = { stream: 'decisions' as const, durable: 'witness', subjects: ['evenkeel.v1.decisions.>'] };
  await bus.consume(options, async (delivery) => {
    if ('event' in delivery) take(delivery.event);
    await delivery.ack();
  });
  return { heard, expectEcho: (id: string) => void echoes.set(id, (echoes.get(id) ?? 0) + 1) };
}

const dataOf = <E extends AnyEvent>(event: E, { type, data }: CloudEvent): DataOf<E> | null =>
  type === typeOf(event) ? event.data.parse(data) : null;

const add = <K, V>(map: Map<K, V[]>, key: K, value: V): void => void map.set(key, [...(map.get(key) ?? []), value]);

function note(event: CloudEvent, heard: Heard): void {
  const approved = dataOf(migrationApproved, event)?.migration;
  if (approved) {
    const { migration_plan: _, ...kept } = approved;
    heard.approved.set(approved.migration_id, kept);
  }
  const started = dataOf(migrationStarted, event);
  if (started) add(heard.starts, started.migration.migration_id, started.started_at);
  noteEnd(event, heard);
  const outcome = dataOf(outcomeRecorded, event)?.outcome;
  if (outcome) {
    const key = `${outcome.migration_id} ${outcome.horizon}`;
    heard.outcomes.set(key, (heard.outcomes.get(key) ?? 0) + 1);
  }
  const decided = dataOf(recommendationDecided, event);
  if (
    decided?.action === 'executed' &&
    decided.ladder.some(({ result }) => result === 'failed' || result === 'not_reached')
  )
    heard.lawless.push(decided.decision_id);
  const run = dataOf(runDecided, event);
  if (run) heard.lastRun = Math.max(heard.lastRun, Date.parse(run.timestamp));
  if (run && run.status === 'no_action' && run.notes.length === 0) heard.lawless.push(run.run_id);
  const broken = dataOf(invariantBroken, event);
  if (broken) heard.broken.push(`${broken.invariant}: ${broken.sentence}`);
  dataOf(counterfactualRecorded, event);
}

function noteEnd(event: CloudEvent, { ends }: Heard): void {
  const completed = dataOf(migrationCompleted, event);
  if (completed) add(ends, completed.migration.migration_id, { kind: 'completed', at: completed.completed_at });
  const failed = dataOf(migrationFailed, event);
  if (failed) add(ends, failed.migration.migration_id, { kind: 'failed', at: failed.failed_at });
  const refused = dataOf(migrationRefused, event);
  if (refused)
    add(ends, refused.migration.migration_id, { kind: 'refused', at: refused.refused_at, code: refused.code });
}
