import { expect, test } from 'vitest';
import type { Filter } from '../filter.ts';
import { type GivenCase, givenCandidate, givenJudged, givenMove, givenMoves, givenScore } from '../testing/given.ts';
import { conflict } from './conflict.ts';
import { cooldown } from './cooldown.ts';
import { costBenefit } from './cost-benefit.ts';
import { cycle } from './cycle.ts';
import { guestSuccess } from './guest-success.ts';
import { outcome } from './outcome.ts';
import { pattern } from './pattern.ts';
import { risk } from './risk.ts';
import { rollback } from './rollback.ts';
import { tagsAndAffinity } from './tags-and-affinity.ts';
import { trend } from './trend.ts';

const falling = (different: object) => ({
  run: {
    scores: [
      givenScore('pve1', 0.7, {
        trend: { direction: 'falling', cpu_in_one_hour: 0.5, cpu_per_hour: -0.2 },
        ...different,
      }),
    ],
  },
});
const judged = (...verdicts: Parameters<typeof givenJudged>) => ({
  facts: { outcomes: new Map([['qemu/101', givenJudged(...verdicts)]]) },
});
const flags = [{ sentence: 'much memory' }, { sentence: 'many cores' }] as never;

test.each<[Filter, GivenCase, string]>([
  [cooldown, {}, 'never moved'],
  [cooldown, { facts: givenMoves(givenMove(2, 'pve3', 'pve1')) }, 'moved 2 h ago (pve3->pve1), cooldown 30 min'],
  [rollback, {}, 'does not return to the node it left last'],
  [
    rollback,
    { facts: givenMoves(givenMove(30, 'pve2', 'pve1')) },
    'left pve2 30 h ago, returns after 24 h at the earliest',
  ],
  [cycle, {}, 'path pve1->pve2 closes no circle of 3 nodes'],
  [conflict, {}, 'no other move of the guest, and the target carries it'],
  [conflict, { recommendation: { has_conflict: true } }, 'conflict: flagged by the run'],
  [risk, {}, 'not high risk'],
  [
    risk,
    { recommendation: { risk: { high: true, flags }, confidence_score: 95 } },
    'high risk (much memory; many cores): confidence 95 of 90 needed',
  ],
  [trend, { run: { scores: [] } }, 'source CPU trend unknown'],
  [trend, falling({ trend: { direction: 'unknown' } }), 'source CPU trend unknown'],
  [
    trend,
    falling({ trend: { direction: 'flat', cpu_in_one_hour: 0.7, cpu_per_hour: 0 } }),
    'source CPU trend flat: 0% an hour, 70% in an hour against a threshold of 60%',
  ],
  [
    trend,
    falling({ trend: { direction: 'falling', cpu_in_one_hour: 0.6, cpu_per_hour: -0.1 } }),
    'source CPU trend falling: -10% an hour, 60% in an hour against a threshold of 60%',
  ],
  [
    trend,
    falling({ exceeded: ['mem', 'cpu', 'iowait'] }),
    'source CPU trend falling, but mem and iowait over its threshold',
  ],
  [outcome, {}, 'pve1->pve2: 0 of 0 judged migrations turned out well, success rate 50%'],
  [pattern, {}, 'no learned peak of source, target or guest'],
  [tagsAndAffinity, {}, 'no tag, pool or rule objects'],
  [costBenefit, {}, 'benefit 5 of its cost, 1 needed (20 points for 24 h against 2, 1 s of migration)'],
  [
    costBenefit,
    { recommendation: { companions: ['qemu/102'] } },
    'benefit 5 of its cost, 1 needed (with its companions, its own part 20 points for 24 h against 2, 1 s of migration)',
  ],
  [guestSuccess, {}, '0 of its 0 judged migrations turned out well, success rate 50%'],
  [
    guestSuccess,
    judged([0, 'harmful'], [0, 'neutral']),
    '1 of its 2 judged migrations turned out well, success rate 50%: ranked lower',
  ],
])('%o says why: %j', (filter, given, reason) => {
  expect(filter(...givenCandidate(given)).reason).toBe(reason);
});
