import type { CalibrationPoint, RecommenderMemory } from '@evenkeel/contracts';

const halfLifeDays = 14;
const daySeconds = 86_400;

/** Share of judged moves that did no harm, from a prior of one good and one bad, older ones counting half every 14 days. */
export function successRate(judged: readonly CalibrationPoint[], now: number): number {
  let [good, all] = [1, 2];
  for (const move of judged) {
    const weight = 0.5 ** (Math.max(0, now / 1000 - move.at) / daySeconds / halfLifeDays);
    all += weight;
    if (move.verdict !== 'harmful') good += weight;
  }
  return good / all;
}

/** The same of one guest; 1 where fewer than two of its moves were judged. */
export function guestSuccess(memory: RecommenderMemory, guest: string, now: number): number {
  const judged = memory.judged.filter((m) => m.guest === guest);
  return judged.length < 2 ? 1 : successRate(judged, now);
}
