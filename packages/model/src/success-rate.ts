import type { JudgedMove } from '@evenkeel/contracts';
import { hours, millis } from './time.ts';

const halfLife = hours(14 * 24);
/** What is older says nothing any more, so that nothing is blocked for ever. */
const memory = 3 * halfLife;
/** Of a guest: judged moves that it takes to say anything, and the rate from which its record is good. */
const leastJudged = 2;
const goodRate = 0.6;

export type SuccessRate = { judged: number; good: number; rate: number };

/** What an outcome of so long ago (milliseconds) still counts: half after 14 days. */
export const weightOfAge = (age: number): number => 0.5 ** (Math.max(0, age) / halfLife);

/** How often moves turned out beneficial or neutral: prior Beta(1,1), each outcome's weight halved every 14 days. */
export function successRate(moves: readonly Pick<JudgedMove, 'at' | 'verdict'>[], now: number): SuccessRate {
  let weights = 0;
  let good = 0;
  let judged = 0;
  let goodOnes = 0;
  for (const { at, verdict } of moves) {
    const age = Math.max(0, now - millis(at));
    if (age > memory) continue;
    const weight = weightOfAge(age);
    const success = verdict === 'beneficial' || verdict === 'neutral';
    judged += 1;
    weights += weight;
    if (success) {
      good += weight;
      goodOnes += 1;
    }
  }
  return { judged, good: goodOnes, rate: (good + 1) / (weights + 2) };
}

/** Whether a guest's record is so poor that others go first. */
export const ranksLower = ({ judged, rate }: SuccessRate): boolean => judged >= leastJudged && rate < goodRate;
