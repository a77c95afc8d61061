import type { Recommendation } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { type Approvals, addApproved, rememberApproval } from './approvals.ts';
import { decideRun } from './pipeline.ts';
import { lookAgain } from './queue.ts';
import {
  type Different,
  givenConfig,
  givenFacts,
  givenOccasion,
  givenRecommendation,
  givenRun,
  noon,
} from './testing/given.ts';

const load = (cpu: number) => ({ cpu, mem: 0.3, penalty: 100 * cpu ** 2 });
/** qemu/201 makes room on pve2 for qemu/101, and goes to its place: pve1 from 80 to 60 %, pve2 from 60 to 70 %. */
const halves = (first: Different<Recommendation> = {}, second: Different<Recommendation> = {}): Recommendation[] => [
  givenRecommendation({
    guest: 'qemu/201',
    source_node: 'pve2',
    target_node: 'pve1',
    rank: 1,
    exchange: { step: 1, of: 2, with: { guest: 'qemu/101', target_node: 'pve2' } },
    effect: { source_before: load(0.6), source_after: load(0.5), target_before: load(0.8), target_after: load(0.84) },
    ...first,
  }),
  givenRecommendation({
    rank: 2,
    exchange: { step: 2, of: 2, with: { guest: 'qemu/201', target_node: 'pve1' } },
    effect: { source_before: load(0.84), source_after: load(0.6), target_before: load(0.5), target_after: load(0.7) },
    ...second,
  }),
];
const config = { automated_migrations: { rules: { max_concurrent_migrations: 4 } } };
const decide = (all: Recommendation[], more: object = config) => {
  const generated = givenRun(all);
  return decideRun(givenOccasion(generated, { config: more }), givenFacts(generated));
};
const said = (all: Recommendation[], more?: object) =>
  decide(all, more).decisions.map(
    ({ recommendation, action, reason }) => `${recommendation.guest} ${action}: ${reason}`,
  );

describe('an exchange', () => {
  test('is judged as one, though its first half looks worse alone; the second half waits for the first', () => {
    const { approved } = decide(halves());
    expect(said(halves())).toEqual([
      'qemu/201 pending: approved: ranked 1 of 2, relieves pve1',
      'qemu/101 skipped: ranked 2 of 2: waits for qemu/201, which makes room for it',
    ]);
    expect(approved.map(({ guest, exchange }) => [guest, exchange])).toEqual([['qemu/201', true]]);
  });

  test.each<[string, Different<Recommendation>, Different<Recommendation>, RegExp]>([
    [
      'its first half fails a filter',
      { confidence_score: 10 },
      {},
      /its exchange with qemu\/201 is held back: confidence 10/,
    ],
    ['its second half does', {}, { confidence_score: 10 }, /its exchange with qemu\/101 is held back: confidence 10/],
    [
      'it brings nothing',
      {},
      {
        effect: {
          source_before: load(0.84),
          source_after: load(0.75),
          target_before: load(0.5),
          target_after: load(0.82),
        },
      },
      /not better with qemu\/101: pve2 from 36 to 67\.2, pve1 from 64 to 56\.3 points/,
    ],
  ])('is not made where %s', (_, first, second, reason) => {
    expect(decide(halves(first, second)).approved).toEqual([]);
    expect(said(halves(first, second)).join('\n')).toMatch(reason);
  });

  test('is not begun where a run has room for one of them only', () => {
    expect(decide(halves(), { automated_migrations: { rules: { max_migrations_per_run: 1 } } }).approved).toEqual([]);
  });

  test('is approved as a whole by who approves one half', () => {
    const generated = givenRun(halves());
    const answer = {
      command_id: 'c',
      guest: 'qemu/101',
      source_node: 'pve1',
      target_node: 'pve2',
      by: 'anna',
      reason: '',
    };
    const answers = { 'qemu/101': { ...answer, answer: 'approve' as const, at: generated.at } };
    const { decisions } = decideRun(
      givenOccasion(generated, { config: { ...config, mode: 'approve' } }),
      givenFacts(generated, { answers }),
    );
    expect(decisions.map(({ action, reason }) => `${action}: ${reason}`)).toEqual([
      'pending: approved by anna: ranked 1 of 2, relieves pve1',
      'skipped: ranked 2 of 2: waits for qemu/201, which makes room for it',
    ]);
  });
});

describe('the second half of an exchange', () => {
  const generated = givenRun(halves());
  const first = decideRun(givenOccasion(generated, { config }), givenFacts(generated));
  const started = addApproved(undefined, first.approved, generated.recommendations, noon);
  const ended = (how: 'completed' | 'failed' | 'refused'): Approvals =>
    rememberApproval(started, first.approved[0]!, { ended: { at: new Date(noon + 60_000).toISOString(), how } }, noon);
  const look = (approvals: Approvals) =>
    lookAgain(first.waiting, givenFacts(generated, { approvals }), {
      now: noon + 120_000,
      config: givenConfig({
        automated_migrations: { ...config.automated_migrations, safety_checks: { abort_on_failure: false } },
      }),
    });

  test.each([
    ['while the first runs', started, 'waits for qemu/201, which makes room for it'],
    ['where the first failed', ended('failed'), 'the first half of its exchange, qemu/201, failed'],
    ['where the first was refused', ended('refused'), 'the first half of its exchange, qemu/201, refused'],
  ])('is not started %s', (_, approvals, why) => {
    const { approved, held } = look(approvals);
    expect([approved, held]).toEqual([[], { 'qemu/101': expect.stringContaining(why) }]);
  });

  test('is started once the first is where it should be', () => {
    expect(look(ended('completed')).approved.map(({ guest }) => guest)).toEqual(['qemu/101']);
  });
});
