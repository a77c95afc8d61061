import {
  type ApprovedMigration,
  type Counterfactual,
  type Outcome,
  RecommenderMemory,
  recommenderMemory,
} from '@evenkeel/contracts';
import { migrationCost } from '@evenkeel/model';
import { aConfig, aGuest } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { emptyMemory, learnedOf, rememberMigration, rememberOutcome, rememberPast, rememberRun } from './remember.ts';
import { rememberHeld } from './remember-held.ts';
import { guestSuccess } from './success.ts';

const at = (day: number) => new Date(Date.UTC(2026, 0, 1 + day)).toISOString();
const estimate = { expected: 10, low: 0, high: 20 };
const outcome = (id: string, verdict: Outcome['verdict'], change: Partial<Outcome> = {}): Outcome => ({
  migration_id: id,
  cluster: 'lab',
  horizon: '5m',
  guest: 'qemu/1',
  vmid: 1,
  name: 'vm1',
  source_node: 'a',
  target_node: 'b',
  completed_at: at(0),
  judged_at: at(0),
  expected_gain: estimate,
  verdict,
  confidence_score: 90,
  target_cpu: {},
  duration_seconds: { predicted: estimate },
  downtime_seconds: { predicted: estimate },
  ...change,
});

describe('what the recommender remembers', () => {
  test('the latest judgement of a migration counts, once', () => {
    const early = rememberOutcome(emptyMemory, outcome('m', 'beneficial'));
    const late = rememberOutcome(early, outcome('m', 'harmful', { horizon: '24h', judged_at: at(1) }));
    expect(late.judged).toHaveLength(1);
    expect(late.judged[0]).toMatchObject({ verdict: 'harmful', raw: 0.95 });
    expect(rememberOutcome(late, outcome('m', 'beneficial'))).toEqual(late);
    expect(rememberOutcome(late, outcome('n', undefined)).judged).toHaveLength(1);
    expect(rememberOutcome(late, outcome('n', 'harmful', { mandatory: true }))).toEqual(late);
    expect(rememberOutcome(late, outcome('n', 'neutral', { purpose: 'distribution' }))).toEqual(late);
  });

  test('a guest that fared badly twice ranks lower, and is forgiven in time', () => {
    const bad = ['m', 'n'].reduce((m, id) => rememberOutcome(m, outcome(id, 'harmful')), emptyMemory);
    expect(guestSuccess(bad, Date.parse(at(0)))(aGuest(1, 'a'))).toBeCloseTo(0.25, 6);
    expect(guestSuccess(bad, Date.parse(at(60)))(aGuest(1, 'a'))).toBeGreaterThan(0.45);
    expect(guestSuccess(bad, Date.parse(at(0)))(aGuest(2, 'a'))).toBe(1);
  });

  test('a guest does not inherit the record of who had its number before', () => {
    const bad = ['m', 'n'].reduce(
      (m, id) => rememberOutcome(m, outcome(id, 'harmful', { identity: 'first' })),
      emptyMemory,
    );
    const rate = (identity: string) => guestSuccess(bad, Date.parse(at(0)))(aGuest(1, 'a', { identity }));
    expect(rate('first')).toBeCloseTo(0.25, 6);
    expect(rate('second')).toBe(1);
  });

  test('past migrations teach the path and the cluster; failures, containers and those without bytes do not', () => {
    const past = (change: object) => ({
      upid: 'u',
      guest: 'qemu/1',
      source: 'a',
      target: 'b',
      started_at: at(0),
      ended_at: at(0),
      ok: true,
      transfer: { duration_seconds: 20, bytes: 2 ** 31 },
      ...change,
    });
    const memory = rememberPast(emptyMemory, [
      past({}),
      past({ ok: false }),
      past({ guest: 'lxc/2' }),
      past({ transfer: { duration_seconds: 3 } }),
    ]);
    expect(Object.keys(memory.paths).sort()).toEqual(['*', 'a>b']);
    expect(memory.paths['*']!.sums).toMatchObject({ n: 1, gib: 2, seconds: 20 });
  });

  const container = (change: object = {}) =>
    ({
      type: 'lxc',
      source_node: 'a',
      target_node: 'b',
      expected: { duration_seconds: estimate, downtime_seconds: estimate, bytes: 0 },
      ...change,
    }) as unknown as ApprovedMigration;

  test('containers teach how long a restart takes, on their target and anywhere, and nothing about the link', () => {
    const memory = [...Array(20).keys()].reduce(
      (known, i) => rememberMigration(known, container(), { duration_seconds: 95, downtime_seconds: 90 }, at(i)),
      emptyMemory,
    );
    expect(Object.keys(memory.paths)).toEqual(['*restart', '*restart>b']);
    const cost = (target: string) => {
      const learned = learnedOf(memory, aGuest(7, 'c', { type: 'lxc' }), target);
      return migrationCost(aGuest(7, 'c', { type: 'lxc' }), aConfig().cost_model, learned).downtime_seconds.expected;
    };
    expect([cost('b'), cost('d')].map((seconds) => Math.round(seconds / 10))).toEqual([9, 9]);
    expect(learnedOf(memory, aGuest(7, 'a'), 'b')).toMatchObject({ path: undefined, cluster: undefined });
  });

  test('a container whose log does not say how long it was away teaches nothing', () => {
    expect(rememberMigration(emptyMemory, container(), { duration_seconds: 95 }, at(0))).toEqual(emptyMemory);
  });

  test('no way between 16 nodes is forgotten', () => {
    const nodes = Array.from({ length: 16 }, (_, i) => `node-of-some-rack-${i}`);
    const ways = nodes.flatMap((source) => nodes.filter((n) => n !== source).map((target) => ({ source, target })));
    const memory = ways.reduce((known, { source, target }, i) => {
      const sent = { duration_seconds: 20.123456789, downtime_seconds: 0.0731, bytes: 2 ** 31 + i };
      const vm = rememberMigration(
        known,
        container({ type: 'qemu', source_node: source, target_node: target }),
        sent,
        at(i),
      );
      return rememberMigration(vm, container({ target_node: target }), sent, at(i));
    }, emptyMemory);
    for (const { source, target } of ways) {
      expect(memory.paths[`${source}>${target}`]?.sums.n).toBe(1);
      expect(memory.paths[`*restart>${target}`]?.sums.n).toBeGreaterThan(1);
    }
  });

  test('stays bounded after years', () => {
    let memory = emptyMemory;
    for (let i = 0; i < 400; i++)
      memory = rememberOutcome(
        memory,
        outcome(`c1/migration-${i}`, 'beneficial', {
          judged_at: at(i),
          guest: 'qemu/100000',
          identity: 'uuid-5d6c2f5e-1111-4e0b-9c55-0123456789ab',
        }),
      );
    for (let i = 0; i < 300; i++)
      memory = rememberPast(memory, [
        {
          upid: 'u',
          guest: 'qemu/1',
          source: `node-${i}`,
          target: 'node-with-a-long-name',
          started_at: at(i),
          ended_at: at(i),
          ok: true,
          transfer: { duration_seconds: 20.123456789, downtime_seconds: 0.0731, bytes: 2 ** 31 + i },
        },
      ]);
    memory = rememberRun(
      memory,
      Array.from({ length: 300 }, (_, i) => ({ guest: `qemu/${100_000 + i}`, target_node: 'node-with-a-long-name' })),
    );
    for (let i = 0; i < 300; i++)
      memory = rememberHeld(memory, {
        counterfactual_id: `c1/run-2026-01-01T00:00:00-${i}-qemu-100000`,
        judged_at: at(i),
        expected_gain: { expected: 10, low: 0, high: 20, chances: { now: 0.91234, usual: 0.51234 } },
        verdict: 'beneficial',
        would_have_gained: 12.3456,
      } as Counterfactual);
    const forecast = { expected: 0.51234, sd: 0.012345, guests: -2_000_000_000, seen: 99, sum: 50.12345678901234 };
    const nodes = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`node-with-a-long-name-${i}`, forecast]));
    memory = { ...memory, forecasts: { at: 1_800_000_000, nodes, misses: Array(400).fill(1.234) } };
    expect(memory.judged).toHaveLength(300);
    expect(Object.keys(memory.paths)).toContain('*');
    expect(JSON.stringify(RecommenderMemory.parse(memory)).length).toBeLessThan(recommenderMemory.budget_bytes);
  });
});
