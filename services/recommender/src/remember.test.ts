import { type Outcome, RecommenderMemory, recommenderMemory } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { emptyMemory, rememberOutcome, rememberPast, rememberRun } from './remember.ts';
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
  });

  test('a guest that fared badly twice ranks lower, and is forgiven in time', () => {
    const bad = ['m', 'n'].reduce((m, id) => rememberOutcome(m, outcome(id, 'harmful')), emptyMemory);
    expect(guestSuccess(bad, 'qemu/1', Date.parse(at(0)))).toBeCloseTo(0.25, 6);
    expect(guestSuccess(bad, 'qemu/1', Date.parse(at(60)))).toBeGreaterThan(0.45);
    expect(guestSuccess(bad, 'qemu/2', Date.parse(at(0)))).toBe(1);
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

  test('stays bounded after years', () => {
    let memory = emptyMemory;
    for (let i = 0; i < 400; i++)
      memory = rememberOutcome(
        memory,
        outcome(`c1/migration-${i}`, 'beneficial', { judged_at: at(i), guest: 'qemu/100000' }),
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
          transfer: { duration_seconds: 20.123456789, bytes: 2 ** 31 + i },
        },
      ]);
    memory = rememberRun(
      memory,
      Array.from({ length: 300 }, (_, i) => ({ guest: `qemu/${100_000 + i}`, target_node: 'node-with-a-long-name' })),
    );
    expect(memory.judged).toHaveLength(300);
    expect(Object.keys(memory.paths)).toContain('*');
    expect(JSON.stringify(RecommenderMemory.parse(memory)).length).toBeLessThan(recommenderMemory.budget_bytes);
  });
});
