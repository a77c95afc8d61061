import type { GuestSample, OutcomeVerdict, RecommenderMemory } from '@evenkeel/contracts';
import { iso, ranksLower, successRate } from '@evenkeel/model';

type Known = Pick<GuestSample, 'guest' | 'identity'>;
type Judged = { at: string; verdict: OutcomeVerdict; identity?: string | undefined };

/** What a benefit counts for a guest whose record is poor: its success rate; 1 for all others. Who had its number before does not count. */
export function guestSuccess({ judged }: RecommenderMemory, now: number): (guest: Known) => number {
  const records = new Map<string, Judged[]>();
  for (const { guest, identity, at, verdict } of judged)
    records.set(guest, [...(records.get(guest) ?? []), { at: iso(at * 1000), verdict, identity }]);
  return ({ guest, identity }) => {
    const own = records.get(guest)?.filter((m) => m.identity === undefined || m.identity === identity);
    const record = own && successRate(own, now);
    return record && ranksLower(record) ? record.rate : 1;
  };
}
