import type { NodeHistory } from '@evenkeel/contracts';
import { hourShift } from '@evenkeel/model';

const hourMs = 3_600_000;

/** When an entry of a history begins, epoch milliseconds: on the hour of the clock on the wall, also where that is not one of UTC. */
export function startOf({ first_hour }: NodeHistory, i: number, timezone: string): number {
  const at = (first_hour + i) * hourMs;
  return at - 1000 * hourShift(at, timezone);
}
