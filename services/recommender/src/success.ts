import type { RecommenderMemory } from '@evenkeel/contracts';
import { iso, ranksLower, successRate } from '@evenkeel/model';

/** What a benefit counts for a guest whose record is poor: its success rate; 1 for all others. */
export function guestSuccess(memory: RecommenderMemory, guest: string, now: number): number {
  const judged = memory.judged.filter((m) => m.guest === guest);
  const record = successRate(
    judged.map(({ at, verdict }) => ({ at: iso(at * 1000), verdict })),
    now,
  );
  return ranksLower(record) ? record.rate : 1;
}
