import type { Rung } from '@evenkeel/contracts';
import type { Candidate, FilterContext, Verdict } from './filter.ts';
import { filters, type Step } from './filters/index.ts';
import { persistence } from './persistence.ts';
import { safety } from './safety.ts';

/** Every step but the last, which is about the run and not about the candidate. */
export const steps: readonly Step[] = [
  { order: 0, name: 'persistence', check: persistence, mandatory: 'bypasses', toggle: 'enabled' },
  ...filters,
  { order: 14, name: 'safety', check: safety, mandatory: 'obeys' },
];
export const limitsOrder = steps.length;

export type Climb = { candidate: Candidate; rungs: Rung[]; verdict: Verdict };

/** Takes a candidate up the ladder until somebody says no; the rungs tell all that was asked and what was not reached. */
export function climb(candidate: Candidate, context: FilterContext): Climb {
  const rungs: Rung[] = [];
  let verdict: Verdict = { result: 'passed', reason: 'passed every filter' };
  for (const step of steps) {
    const { order, name: filter } = step;
    if (verdict.result === 'failed') {
      rungs.push({ order, filter, result: 'not_reached', reason: 'not reached' });
      continue;
    }
    const exempt = exemption(step, candidate, context);
    if (exempt) {
      rungs.push({ order, filter, ...exempt });
      continue;
    }
    verdict = step.check(candidate, context);
    rungs.push({ order, filter, result: verdict.result, reason: verdict.reason });
  }
  return { candidate, rungs, verdict };
}

function exemption(
  { toggle, mandatory }: Step,
  { recommendation }: Candidate,
  { config }: FilterContext,
): Pick<Rung, 'result' | 'reason'> | undefined {
  if (toggle && !config.intelligent_migrations[toggle])
    return { result: 'off', reason: `off: intelligent_migrations.${toggle} is false` };
  if (recommendation.mandatory && mandatory === 'bypasses')
    return { result: 'bypassed', reason: `bypassed: the move is mandatory (${recommendation.mandatory})` };
  return undefined;
}

/** A climb that ends at an earlier step after all, because of something that only the whole run could know. */
export function failAt(climbed: Climb, filter: string, verdict: Verdict): Climb {
  const at = steps.findIndex(({ name }) => name === filter);
  const rungs = climbed.rungs.map((rung, i): Rung => {
    if (i < at) return rung;
    return i === at
      ? { ...rung, result: 'failed', reason: verdict.reason }
      : { ...rung, result: 'not_reached', reason: 'not reached' };
  });
  return { ...climbed, rungs, verdict };
}
