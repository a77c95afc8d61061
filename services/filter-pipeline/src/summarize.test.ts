import type { Recommendation } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import type { Generated } from './filter.ts';
import { decideRun } from './pipeline.ts';
import { countActions } from './summarize.ts';
import {
  type Different,
  GiB,
  givenFacts,
  givenNode,
  givenOccasion,
  givenRecommendation,
  givenRun,
  givenScore,
} from './testing/given.ts';

const summaryOf = (
  all: Recommendation[],
  different: Different<Generated> = {},
  given: object = {},
  facts: object = {},
) => {
  const generated = givenRun(all, different);
  return decideRun(givenOccasion(generated, given), givenFacts(generated, facts)).summary;
};

describe('imbalance', () => {
  const of = (...nodes: ReturnType<typeof givenNode>[]) => summaryOf([], { sample: { nodes } }).imbalance;
  test('is how far the nodes are from their mean, larger ones more', () => {
    const small = givenNode('pve1', { cpu: 0.9, maxcpu: 8, mem: 0.6 * 64 * GiB });
    const large = givenNode('pve2', { cpu: 0.3, maxcpu: 8, speed_factor: 2, maxmem: 192 * GiB, mem: 0.2 * 192 * GiB });
    const { cpu, mem } = of(small, large);
    expect(cpu).toBeCloseTo(100 * Math.sqrt((0.4 ** 2 + 2 * 0.2 ** 2) / 3), 6);
    expect(mem).toBeCloseTo(100 * Math.sqrt((0.3 ** 2 + 3 * 0.1 ** 2) / 4), 6);
  });
  test('is that of nodes that are there', () => {
    const { cpu, mem } = of(givenNode('pve1', { cpu: 0.9 }), givenNode('pve2', { cpu: 0, mem: 0, status: 'offline' }));
    expect([cpu, mem]).toEqual([0, 0]);
    expect(of(givenNode('pve2', { status: 'offline' }))).toMatchObject({ cpu: 0, mem: 0 });
  });
  test('names the worst penalty', () => {
    const scores = [givenScore('pve1', 0.2), givenScore('pve2', 0.8), givenScore('pve3', 0.4)];
    expect(summaryOf([], { scores }).imbalance.highest_penalty).toBe(32);
    expect(summaryOf([], { scores: [] }).imbalance.highest_penalty).toBe(0);
  });
});

describe('survival', () => {
  const node = (guest_mib: number[]) => ({ room: 16 * GiB, host: 0, guest_mib });
  const survival = (residences: Generated['residences']) => summaryOf([givenRecommendation()], { residences }).survival;
  const survives = { survives: true, reason: 'the loss of any one node would be survived' };
  test('is told for now and for after the moves that passed', () => {
    expect(survival({ pve1: node([4096, 8192]), pve2: node([6144, 2048]) })).toEqual({
      now: { survives: false, reason: 'the loss of pve2 would leave 1 guest of its 2 (6 GiB) without a place' },
      after: { survives: false, reason: 'the loss of pve1 would leave 1 guest of its 1 (8 GiB) without a place' },
    });
    expect(survival({ pve1: node([4096]), pve2: node([4096]) })).toEqual({ now: survives, after: survives });
  });
  test.each([[undefined], [{ pve1: node([4096]) }]])('is not told of less than two nodes', (residences) => {
    expect(survival(residences)).toBeUndefined();
  });
});

test.each([
  [{ mode: 'observe' }, {}, 'observe'],
  [{ mode: 'recommend' }, {}, 'recommend'],
  [{ mode: 'approve' }, {}, 'approve'],
  [{ mode: 'auto' }, {}, 'live'],
  [{ mode: 'auto', automated_migrations: { dry_run: true } }, {}, 'dry_run'],
  [{ mode: 'approve', automated_migrations: { dry_run: true } }, {}, 'dry_run'],
])('in %j the mode is %s', (config, facts, mode) => {
  expect(summaryOf([], {}, { config }, facts).mode).toBe(mode);
});

test('decisions are counted by what came of them', () => {
  expect(countActions((['filtered', 'pending', 'filtered'] as const).map((action) => ({ action })))).toEqual({
    filtered: 2,
    pending: 1,
  });
});

test('sentences are cut to what a reader reads', () => {
  const notes = ['x'.repeat(240), 'y'.repeat(241)];
  const said = summaryOf([], { notes }).notes;
  expect(said).toEqual(['x'.repeat(240), `${'y'.repeat(239)}…`]);
});

describe('where nothing moves', () => {
  const poor = (n: number) => givenRecommendation({ guest: `qemu/${n}`, rank: n, confidence_score: 10 });
  test('it says who said no, how often and with one example', () => {
    expect(
      summaryOf([poor(1), poor(2), givenRecommendation({ guest: 'qemu/3', rank: 3, has_conflict: true })]),
    ).toMatchObject({
      status: 'no_action',
      duration_seconds: 0,
      notes: [
        '2 of 3 filtered by confidence (confidence 10 of 75 needed)',
        '1 of 3 filtered by conflict (conflict: flagged by the run)',
      ],
    });
  });
  test('it says why nothing was recommended, unless the run has said so', () => {
    expect(summaryOf([]).notes).toEqual(['nothing was recommended: spread 55 over threshold 8']);
    expect(summaryOf([], { notes: ['so'] }).notes).toEqual(['so']);
  });
  test('it says what stops everything, once', () => {
    const { status, notes } = summaryOf([givenRecommendation()], { sample: { quorate: false } });
    expect([status, notes]).toEqual(['skipped', ['nothing moves now: the cluster has no quorum']]);
  });
});
