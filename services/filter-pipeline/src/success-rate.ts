import type { JudgedMove } from '@evenkeel/contracts';
import { millis } from '@evenkeel/model';

const day = 86_400_000;
const halfLife = 14 * day;
/** Three half-lives: what is older says nothing any more, so that nothing is blocked for ever. */
const memory = 42 * day;

export type SuccessRate = { judged: number; good: number; rate: number };

/** How often moves turned out beneficial or neutral: prior Beta(1,1), each outcome's weight halved every 14 days. */
export function successRate(moves: readonly JudgedMove[], now: number): SuccessRate {
  let weights = 0;
  let good = 0;
  let judged = 0;
  let goodOnes = 0;
  for (const { at, verdict } of moves) {
    const age = Math.max(0, now - millis(at));
    if (age > memory) continue;
    const weight = 0.5 ** (age / halfLife);
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
