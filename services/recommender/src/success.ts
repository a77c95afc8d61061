import type { OutcomeVerdict, RecommenderMemory } from '@evenkeel/contracts';
import { iso, ranksLower, successRate } from '@evenkeel/model';

/** What a benefit counts for a guest whose record is poor: its success rate; 1 for all others. */
export function guestSuccess({ judged }: RecommenderMemory, now: number): (guest: string) => number {
  const records = new Map<string, { at: string; verdict: OutcomeVerdict }[]>();
  for (const { guest, at, verdict } of judged)
    records.set(guest, [...(records.get(guest) ?? []), { at: iso(at * 1000), verdict }]);
  return (guest) => {
    const own = records.get(guest);
    const record = own && successRate(own, now);
    return record && ranksLower(record) ? record.rate : 1;
  };
}
