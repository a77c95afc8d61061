import { createMemoryBus, encodeEvent, type Outgoing } from '@evenkeel/bus';
import {
  type AnyEvent,
  type AnyRecord,
  type ApprovedMigration,
  type CloudEvent,
  Config,
  clusterSampled,
  events,
  historyBackfilled,
  migrationCompleted,
  migrationStarted,
  recommended,
  records,
  streams,
} from '@evenkeel/contracts';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { profiler } from '@evenkeel/profiler';
import { recommender } from '@evenkeel/recommender';
import { envelope, openConfigSource, start, typeOf } from '@evenkeel/runtime';
import { plainSurroundings } from '@evenkeel/runtime/test';
import { scorer } from '@evenkeel/scorer';
import { createMemoryStore } from '@evenkeel/store';
import { overlay } from '../scenarios/overlay.ts';
import { badDay, badDayConfig, badPast } from './bad-day.ts';

/** The largest that was seen of something, bytes, against what it may take. */
export type Measured = { name: string; bytes: number; budget: number; count: number };
export type Measures = { events: Measured[]; records: Measured[] };

/** Plays some runs of a bad day through the real services and measures all that they say and keep. */
export async function measureBadDay(runs: number): Promise<Measures> {
  const seen = new Map<string, Measured>();
  const memory = createMemoryBus({ max_payload: Number.POSITIVE_INFINITY });
  const bus = {
    ...memory,
    publish: async (outgoing: Outgoing) => {
      await note(seen, outgoing);
      return memory.publish(outgoing);
    },
  };
  const store = createMemoryStore();
  const config = Config.parse({
    ...overlay(recommended, badDayConfig),
    clusters: [{ name: 'large', hosts: ['x'] }],
  });
  const configs = await openConfigSource(bus.ledger, config);
  const { revision } = configs.current();
  const started = await start(
    [profiler, scorer, recommender, filterPipeline, outcomeTracker],
    plainSurroundings({
      bus,
      store,
      configs,
      clusters: ['large'],
      log: { debug() {}, info() {}, warn: console.warn, error: console.error },
    }),
  );
  const say = async (event: AnyEvent, data: unknown, time: string): Promise<void> => {
    const circumstances = { service: 'budgets', cluster: 'large', trace: `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01` };
    await bus.publish(envelope(event, event.of(data, time), { ...circumstances, config_revision: revision }));
    await bus.settled();
  };
  const placement = new Map<string, string>();
  const first = badDay(0, revision, placement);
  for (const { node } of first.nodes) await say(historyBackfilled, badPast(first, node), first.at);
  let from = 1;
  for (let step = 0; step < runs; step++) {
    const sample = badDay(step, revision, placement);
    await say(clusterSampled, sample, sample.at);
    for await (const { event, sequence } of bus.read('decisions', ['evenkeel.v1.decisions.large.>'], from)) {
      from = sequence + 1;
      if (event.type.includes('migration.approved')) await carryOut(event, placement, say);
    }
  }
  await started.stop();
  return { events: inOrder(events, seen), records: await measureRecords(store) };
}

async function carryOut(
  { data, time }: CloudEvent,
  placement: Map<string, string>,
  say: (event: AnyEvent, data: unknown, time: string) => Promise<void>,
): Promise<void> {
  const { migration } = data as { migration: ApprovedMigration };
  placement.set(migration.guest, migration.target_node);
  const { source_node, vmid } = migration;
  const upid = `UPID:${source_node}:0000A1B2:01C2D3E4:6955B900:qmigrate:${vmid}:evenkeel@pve!token:`;
  const transfer = { duration_seconds: 12.345, downtime_seconds: 0.123, bytes: 4_123_456_789, ram_bytes: 4e9 };
  await say(migrationStarted, { migration, started_at: time, upid, adopted: false }, time);
  await say(
    migrationCompleted,
    { migration, started_at: time, completed_at: time, upid, transfer, warnings: [] },
    time,
  );
}

async function note(seen: Map<string, Measured>, { stream, event }: Outgoing): Promise<void> {
  const declared = events.find((e) => event.type === typeOf(e))!;
  const { body } = await encodeEvent(event, { gzip: streams[stream].gzip });
  add(seen, declared.name, body.length, declared.budget_bytes);
}

function add(seen: Map<string, Measured>, name: string, bytes: number, budget: number): void {
  const known = seen.get(name);
  seen.set(name, { name, bytes: Math.max(bytes, known?.bytes ?? 0), budget, count: (known?.count ?? 0) + 1 });
}

async function measureRecords(store: ReturnType<typeof createMemoryStore>): Promise<Measured[]> {
  const seen = new Map<string, Measured>();
  for (const { name, budget_bytes } of records)
    for (const value of Object.values(await store.all('large', name)))
      add(seen, name, Buffer.byteLength(JSON.stringify(value)), budget_bytes);
  return inOrder(records, seen);
}

const inOrder = (declared: readonly (AnyEvent | AnyRecord)[], seen: Map<string, Measured>): Measured[] =>
  declared.flatMap(({ name }) => seen.get(name) ?? []);

/** The measures as a table in Markdown. */
export function tableOf(measured: readonly Measured[]): string {
  const kib = (bytes: number): string => (bytes / 1024).toFixed(1);
  const rows = measured.map(
    ({ name, bytes, budget, count }) =>
      `| ${name} | ${count} | ${kib(bytes)} | ${kib(budget)} | ${Math.round((100 * bytes) / budget)} % |`,
  );
  return ['| name | seen | largest, KiB | budget, KiB | used |', '|---|---:|---:|---:|---:|', ...rows].join('\n');
}
