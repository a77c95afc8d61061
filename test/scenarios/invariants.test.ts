import { createMemoryBus } from '@evenkeel/bus';
import {
  type AnyEvent,
  automationChanged,
  automationKey,
  Config,
  clusterSampled,
  type Invariant,
  invariantBroken,
  migrationApproved,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
  migrationStarted,
  pauseSentence,
  readAutomation,
  type Said,
  untouched,
} from '@evenkeel/contracts';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { aCluster, aNode } from '@evenkeel/model/sample-cluster';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { brokenInvariants, createMetrics, envelope, openConfigSource, revisionOf, start } from '@evenkeel/runtime';
import { plainSurroundings } from '@evenkeel/runtime/test';
import { createMemoryStore } from '@evenkeel/store';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyOf } from '../topology/any-of.ts';

const cluster = 'lab';
const begin = Date.parse('2026-03-02T09:00:00Z');
const at = (seconds: number) => new Date(begin + 1000 * seconds).toISOString();
const config = Config.parse({ automated_migrations: { rules: { max_concurrent_migrations: 2 } } });
const [example] = fc.sample(anyOf(migrationApproved.data), { numRuns: 1, seed: 4 }) as { migration: object }[];

/** An approval to move a guest, each from and to nodes of its own unless told. */
const approval = (migration_id: string, more: object = {}) =>
  migrationApproved.data.parse({
    migration: {
      ...example!.migration,
      cluster,
      migration_id,
      decision_id: migration_id,
      guest: `qemu/${migration_id.charCodeAt(0)}`,
      source_node: `s-${migration_id}`,
      target_node: `t-${migration_id}`,
      approved_at: at(0),
      expires_at: at(60),
      sampled_at: at(0),
      identity: 'i',
      config_revision: revisionOf(config),
      mandatory: undefined,
      parent_id: undefined,
      ...more,
    },
  });

const runs = (
  id: string,
  from: number,
  to: number,
  more: { upid?: string; max_concurrent_migrations?: number; [field: string]: unknown } = {},
): [AnyEvent, Said][] => {
  const { upid = `UPID:${id}`, max_concurrent_migrations, ...rest } = more;
  const { migration } = approval(id, rest);
  const said = { migration, started_at: at(from), upid };
  const start = { ...said, adopted: false, max_concurrent_migrations };
  return [
    [migrationApproved, migrationApproved.of({ migration }, at(0))],
    [migrationStarted, migrationStarted.of(start, at(from))],
    [migrationCompleted, migrationCompleted.of({ ...said, completed_at: at(to), warnings: [] }, at(to))],
  ];
};
const failed = (id: string): [AnyEvent, Said] => {
  const data = {
    migration: approval(id).migration,
    started_at: at(1),
    failed_at: at(40),
    reason: 'x',
    fault: 'path' as const,
  };
  return [migrationFailed, migrationFailed.of(data, at(40))];
};
const refused = (id: string): [AnyEvent, Said] => {
  const data = { migration: approval(id).migration, refused_at: at(41), reason: 'x', code: 'busy' };
  return [migrationRefused, migrationRefused.of(data, at(41))];
};

async function play(story: [AnyEvent, Said][]) {
  const bus = createMemoryBus({ encode: true });
  const configs = await openConfigSource(bus.ledger, config);
  const metrics = createMetrics('test', { process: false });
  const store = createMemoryStore({ encode: true });
  const services = () =>
    start(
      [outcomeTracker, filterPipeline],
      plainSurroundings({
        bus,
        store,
        configs,
        clusters: [cluster],
        metrics,
        log: { debug() {}, info() {}, warn() {}, error: console.error },
        machine_now: () => begin,
      }),
    );
  const started = await services();
  const trace = '00-11111111111111111111111111111111-1111111111111111-01';
  const { revision } = configs.current();
  const circumstances = { service: 'test', cluster, trace, config_revision: revision };
  for (const [event, said] of story) {
    if (event.stream === 'telemetry') await bus.settled();
    await bus.publish(envelope(event, said, circumstances));
  }
  await bus.settled();
  const heard = async () => {
    const events = await Array.fromAsync(
      bus.read('decisions', [`evenkeel.v1.decisions.${cluster}.invariant.broken.>`]),
    );
    return events.map(({ event }) => invariantBroken.data.parse(event.data).invariant);
  };
  const automation = async () => readAutomation((await bus.ledger.get(automationKey(cluster)))?.value);
  return { bus, store, started, services, metrics, heard, automation };
}

const pause = { since: at(0), by: 'anna', reason: 'storage' };
/** Somebody has paused, and a look at the cluster says so at its end. */
const whilePaused = (story: [AnyEvent, Said][], seen_at: number): [AnyEvent, Said][] => {
  const change = { do: 'pause' as const, reason: pause.reason };
  const changed = { cluster, change_id: 'c', by: 'anna', change, automation: { ...untouched, pause } };
  const paused = pauseSentence({ ...untouched, pause })!;
  const sample = aCluster([aNode('a')], [], { at: at(seen_at), paused });
  return [
    [automationChanged, automationChanged.of(changed, at(0))],
    ...story,
    [clusterSampled, clusterSampled.of(sample, at(seen_at))],
  ];
};

const stories: Record<Invariant, [AnyEvent, Said][]> = {
  one_move_per_guest: [...runs('a', 1, 40), ...runs('b', 20, 50, { guest: 'qemu/97' })],
  executed_once: [...runs('a', 1, 10), ...runs('b', 20, 30, { upid: 'UPID:a' })],
  one_end: [...runs('a', 1, 30), failed('a')],
  started_in_time: runs('a', 300, 330),
  on_fresh_samples: runs('a', 700, 730, { expires_at: at(720) }),
  still_while_paused: whilePaused(runs('a', 100, 130, { expires_at: at(160) }), 200),
  rests_between_moves: [
    ...runs('a', 1, 30),
    ...runs('b', 41, 60, { guest: 'qemu/97', approved_at: at(40), expires_at: at(100) }),
  ],
  within_limits: [...runs('a', 1, 40), ...runs('b', 2, 40), ...runs('c', 3, 40)],
};

test.each(Object.entries(stories))(
  '%s broken is an event, a figure, an ill health and a pause',
  async (invariant, story) => {
    const { heard, metrics, automation } = await play(story);
    expect(await heard()).toEqual([invariant]);
    expect(await metrics.registry.metrics()).toContain(
      `evenkeel_invariant_violations_total{invariant="${invariant}"} 1`,
    );
    expect(await brokenInvariants(metrics)).toEqual([expect.stringMatching(new RegExp(`^${invariant} 1×: `))]);
    expect((await automation()).pause).toMatchObject({
      by: 'evenkeel',
      reason: expect.stringMatching(new RegExp(`^invariant ${invariant} broken: `)),
    });
  },
);

test('a good story breaks none, and all figures are there at zero', async () => {
  const { heard, metrics, automation } = await play([...runs('a', 1, 30), ...runs('b', 2, 40), ...runs('c', 41, 60)]);
  expect([await heard(), await brokenInvariants(metrics), (await automation()).pause]).toEqual([[], [], undefined]);
  const text = await metrics.registry.metrics();
  for (const invariant of Object.keys(stories))
    expect(text).toContain(`evenkeel_invariant_violations_total{invariant="${invariant}"} 0`);
});

test.each([
  ['lowered to two since the third was sent breaks nothing', 3, []],
  ['of two that was in force when the third was sent is broken', 2, ['within_limits']],
])('a limit %s', async (_, max_concurrent_migrations, broken) => {
  const third = runs('c', 20, 40, { max_concurrent_migrations });
  expect(await (await play([...runs('a', 1, 40), ...runs('b', 2, 40), ...third])).heard()).toEqual(broken);
});

test('a refusal after the start is one end too many', async () => {
  const [approved, started] = runs('a', 1, 30);
  expect(await (await play([approved!, started!, refused('a')])).heard()).toEqual(['one_end']);
});

test('two moves of one guest alarm while both still run, and once', async () => {
  const begun = (id: string, seconds: number, more: object = {}): [AnyEvent, Said] => {
    const { migration } = approval(id, more);
    const data = { migration, started_at: at(seconds), upid: `UPID:${id}`, adopted: false, deadline_at: at(600) };
    return [migrationStarted, migrationStarted.of(data, at(seconds))];
  };
  const seen = (seconds: number): [AnyEvent, Said] => {
    const sample = aCluster([aNode('a')], [], { at: at(seconds) });
    return [clusterSampled, clusterSampled.of(sample, at(seconds))];
  };
  const story = [begun('a', 1), begun('b', 20, { guest: 'qemu/97' }), seen(60), seen(90)];
  const { heard, automation } = await play(story);
  expect(await heard()).toEqual(['one_move_per_guest']);
  expect((await automation()).pause).toMatchObject({ by: 'evenkeel' });
});

test('a migration that started and has no end two days later is told, once', async () => {
  const [, started] = runs('a', 1, 30);
  const seen = (seconds: number): [AnyEvent, Said] => {
    const sample = aCluster([aNode('a')], [], { at: at(seconds) });
    return [clusterSampled, clusterSampled.of(sample, at(seconds))];
  };
  const day = 86_400;
  const { heard } = await play([started!, seen(day), seen(2 * day), seen(2 * day + 3_600), seen(3 * day)]);
  expect(await heard()).toEqual(['one_end']);
});

test('once resumed, what was broken before pauses nothing again when all is built anew', async () => {
  const { store, started, services, bus, heard, automation, metrics } = await play(stories.one_end);
  await started.stop();
  const kept = await bus.ledger.get(automationKey(cluster));
  const { pause: _, ...resumed } = await automation();
  await bus.ledger.update(automationKey(cluster), resumed, kept!.revision);
  await store.forget(cluster);
  await services();
  await bus.settled();
  expect((await automation()).pause).toBeUndefined();
  expect(await heard()).toEqual(['one_end']);
  expect(await brokenInvariants(metrics)).toHaveLength(1);
});
