import type { ApprovedMigration, Outcome } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { sinceOf } from './since.ts';
import { summarizeOutcomes } from './summarize-outcomes.ts';

const at = '2026-03-02T09:00:00.000Z';
const now = Date.parse(at);
const estimate = { expected: 10, low: 5, high: 15 };
const outcome = (id: string, change: Partial<Outcome> = {}): Outcome => ({
  migration_id: id,
  cluster: 'lab',
  horizon: '5m',
  guest: 'qemu/1',
  vmid: 1,
  name: 'web',
  source_node: 'a',
  target_node: 'b',
  completed_at: at,
  judged_at: at,
  expected_gain: estimate,
  actual_gain: 12,
  error: 2,
  verdict: 'beneficial',
  confidence_score: 85,
  target_cpu: { predicted: estimate, actual: 20 },
  duration_seconds: { predicted: estimate, actual: 7 },
  downtime_seconds: { predicted: estimate },
  ...change,
});

describe('outcomes together', () => {
  test('each migration counts once, by the latest look at it, in whatever order they come', () => {
    const looks = [outcome('m', { horizon: '24h', verdict: 'harmful' }), outcome('m', { horizon: '1h' }), outcome('m')];
    for (const given of [looks, looks.toReversed()]) {
      const { outcomes, all } = summarizeOutcomes(given, [], now);
      expect(outcomes.map((o) => o.horizon)).toEqual(['24h']);
      expect(all).toMatchObject({ judged: 1, harmful: 1, beneficial: 0 });
    }
  });

  test('pairs, guests and bands of confidence, each with its success', () => {
    const given = [
      outcome('m'),
      outcome('n', { verdict: 'neutral', confidence_score: 100 }),
      outcome('o', { guest: 'qemu/2', name: 'db', source_node: 'b', target_node: 'a', verdict: 'harmful' }),
    ];
    const { by_pair, by_guest, by_confidence } = summarizeOutcomes(given, [], now);
    expect(by_pair.map((p) => [p.source, p.target, p.judged, p.rate])).toEqual([
      ['a', 'b', 2, 0.75],
      ['b', 'a', 1, 1 / 3],
    ]);
    expect(by_guest.map((g) => [g.guest, g.judged])).toEqual([
      ['qemu/1', 2],
      ['qemu/2', 1],
    ]);
    expect(by_confidence).toEqual([
      { from: 80, to: 90, judged: 2, expected: 0.85, actual: 0.5 },
      { from: 90, to: 100, judged: 1, expected: 1, actual: 0 },
    ]);
  });

  test('how often the truth lay inside, and how far off it was; what is not judged counts for neither', () => {
    const { verdict, actual_gain, error, ...unjudged } = outcome('n', { target_cpu: {} });
    const { inside, gain_error } = summarizeOutcomes([outcome('m', { error: -4 }), unjudged], [], now);
    expect(inside).toEqual({
      gain: { inside: 1, of: 1 },
      target_cpu: { inside: 0, of: 1 },
      duration: { inside: 2, of: 2 },
    });
    expect(gain_error).toEqual({ mean: -4, absolute: 4 });
    expect(summarizeOutcomes([], [], now).gain_error).toBeNull();
  });

  test('what filters held back, in their order, and how those of the moves that were made later turned out', () => {
    const held = (filter: string, order: number, target_node: string) => ({
      filter,
      order,
      guest: 'qemu/1',
      source_node: 'a',
      target_node,
    });
    const all = [
      held('confidence', 4, 'c'),
      held('cooldown', 1, 'b'),
      held('cooldown', 1, 'b'),
      held('cooldown', 1, 'c'),
    ];
    const { by_filter } = summarizeOutcomes([outcome('m')], all, now);
    expect(by_filter).toMatchObject([
      { filter: 'cooldown', decisions: 3, moves: 2, made_later: 1, later: { judged: 1, beneficial: 1 } },
      { filter: 'confidence', decisions: 1, moves: 1, made_later: 0, later: { judged: 0 } },
    ]);
  });

  test('success is what filters count: not what had to be moved, failures against whom they are to blame on, by the age of the move', () => {
    const failed = (migration_id: string, fault: 'path' | 'guest' | 'cluster' | 'unknown') => ({
      migration: {
        migration_id,
        guest: 'qemu/1',
        name: 'web',
        source_node: 'a',
        target_node: 'b',
      } as ApprovedMigration,
      failed_at: at,
      fault,
    });
    const month = 30 * 86_400_000;
    const old = { completed_at: new Date(now - 2 * month).toISOString(), judged_at: at };
    const given = [outcome('m', { mandatory: true, verdict: 'harmful' }), outcome('n', { ...old, verdict: 'harmful' })];
    const bare = summarizeOutcomes(given, [], now);
    expect(bare.by_pair).toMatchObject([{ judged: 1, harmful: 1, rate: 0.5 }]);
    expect(bare.all.judged).toBe(2);
    const failures = [
      failed('f', 'path'),
      failed('g', 'guest'),
      failed('h', 'guest'),
      failed('i', 'unknown'),
      failed('j', 'cluster'),
    ];
    const { by_pair, by_guest } = summarizeOutcomes(given, [], now, failures);
    expect(by_pair).toMatchObject([{ source: 'a', target: 'b', judged: 3, failed: 2, rate: 0.25 }]);
    expect(by_guest).toMatchObject([{ guest: 'qemu/1', judged: 4, failed: 3, rate: 0.2 }]);
  });

  test.each([{ mandatory: true }, { purpose: 'distribution' as const }])(
    '%o says nothing about confidence',
    (about) => {
      expect(summarizeOutcomes([outcome('m', about)], [], now).by_confidence).toEqual([]);
    },
  );
});

test.each([
  ['30m', now - 1_800_000],
  ['12h', now - 43_200_000],
  ['1.5d', now - 129_600_000],
  ['2w', now - 1_209_600_000],
  ['2026-03-01', Date.parse('2026-03-01')],
  ['2026-03-01T10:00:00Z', Date.parse('2026-03-01T10:00:00Z')],
  ['7', undefined],
  ['yesterday', undefined],
  ['2026-13-01', undefined],
])('since %s', (text, expected) => expect(sinceOf(text, now)).toBe(expected));
