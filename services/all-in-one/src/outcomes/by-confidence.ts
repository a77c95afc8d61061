import type { OutcomeVerdict } from '@evenkeel/contracts';
import { benefitOf } from '@evenkeel/model';

/** Moves to which a confidence between two figures was given: what it said of them in the mean, and what came; shares from 0 to 1. */
export type ConfidenceBand = { from: number; to: number; judged: number; expected: number; actual: number };

type Judged = {
  confidence_score: number;
  verdict?: OutcomeVerdict | undefined;
  mandatory?: unknown;
  purpose?: unknown;
};

const bands = [0, 50, 60, 70, 80, 90, 101];

/** How well confidence is calibrated, made moves and held-back ones alike; what was not moved for its points says nothing about it. */
export function byConfidence(moves: readonly Judged[]): ConfidenceBand[] {
  const judged = moves.flatMap(({ confidence_score, verdict, mandatory, purpose }) =>
    verdict && !mandatory && !purpose ? [{ expected: confidence_score / 100, actual: benefitOf(verdict) }] : [],
  );
  return bands.slice(0, -1).flatMap((from, i) => {
    const to = bands[i + 1]!;
    const here = judged.filter(({ expected }) => 100 * expected >= from && 100 * expected < to);
    if (here.length === 0) return [];
    const mean = (what: 'expected' | 'actual'): number => here.reduce((sum, m) => sum + m[what], 0) / here.length;
    return [{ from, to: Math.min(100, to), judged: here.length, expected: mean('expected'), actual: mean('actual') }];
  });
}
