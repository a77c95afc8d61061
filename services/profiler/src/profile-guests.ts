import type {
  ClusterSample,
  GuestHistory,
  GuestProfile,
  MetricStatistics,
  OpenHour,
  OpenHours,
} from '@evenkeel/contracts';
import { bucketMs, bucketsPerHour, cpuOfCode, decodeCell, hourMs, unseen } from './cell.ts';
import { hoursOf } from './close-hours.ts';
import { type Conclusion, conclude } from './conclude.ts';
import type { LocalHours } from './local-hours.ts';
import { closedBuckets, openBucket, openCell } from './open-hour.ts';
import { significant } from './rounding.ts';

/** Concludes from closed hours, once per history. */
export type Concluding = (history: GuestHistory, local: LocalHours) => Conclusion | undefined;

/** A `Concluding` that knows what it concluded from the very same object: pure, only faster. */
export function rememberConclusions(): Concluding {
  const known = new WeakMap<GuestHistory, { timezone: string; conclusion: Conclusion | undefined }>();
  return (history, local) => {
    const before = known.get(history);
    if (before?.timezone === local.timezone) return before.conclusion;
    const conclusion = conclude(history.cells, history.end, local);
    known.set(history, { timezone: local.timezone, conclusion });
    return conclusion;
  };
}

/** Up to this many closed hours a guest is profiled anew each run, its open hour included. */
const youngHours = 24;

/** A profile of every guest of the sample of which anything was seen, in the order of their ids. */
export function profileGuests(
  sample: ClusterSample,
  open: OpenHours,
  histories: ReadonlyMap<string, GuestHistory>,
  local: LocalHours,
  concluding: Concluding,
): GuestProfile[] {
  const now = Date.parse(sample.at);
  const ids = sample.guests.filter((guest) => !guest.template).map((guest) => guest.guest);
  return [...new Set(ids)].sort().flatMap((guest) => {
    const hour = open.guests[guest];
    if (!hour) return [];
    const history = histories.get(guest) ?? { end: hour[1] - hoursOf(hour[8]), cells: '' };
    const young = hoursOf(history.cells) + hoursOf(hour[8]) < youngHours;
    const conclusion = young
      ? conclude(history.cells + hour[8] + openCell(hour), hour[1] + 1, local)
      : concluding(history, local);
    return conclusion ? [{ guest, ...withRecent(conclusion, history, hour, now) }] : [];
  });
}

/** Adds the last hour, and leaves out windows that have passed since the guest was last seen. */
function withRecent(conclusion: Conclusion, history: GuestHistory, open: OpenHour, now: number): Conclusion {
  const age = now / hourMs - history.end;
  const recent = lastHour(open[8] || history.cells, open, now);
  return {
    ...conclusion,
    cpu: windows(conclusion.cpu, age, recent?.cpu),
    mem: windows(conclusion.mem, age, recent?.mem),
  };
}

function windows({ day, week, ...overall }: MetricStatistics, age: number, hour: number | undefined): MetricStatistics {
  return {
    ...overall,
    ...(hour === undefined ? {} : { hour }),
    ...(day !== undefined && age < 24 ? { day } : {}),
    ...(week !== undefined && age < 168 ? { week } : {}),
  };
}

/**
 * Means of the last sixty minutes: the open bucket by how much of it was seen, and of the one an hour before it the rest. A
 * reading on the hour ends the hour before.
 */
function lastHour(closed: string, open: OpenHour, now: number): { cpu: number; mem: number } | undefined {
  if (open[1] !== Math.floor((now - 1) / hourMs)) return undefined;
  const before = closed === '' ? undefined : decodeCell(closed, hoursOf(closed) - 1);
  const codes = (before?.cpu ?? []).concat(closedBuckets(open)).slice(-bucketsPerHour);
  const cpu = meanOfHour(codes, openBucket(open), Math.min(1, open[3] / bucketMs));
  const mib = open[5] > 0 ? open[6] / open[5] : before?.mem;
  if (Number.isNaN(cpu) || mib === undefined) return undefined;
  return { cpu: significant(cpu, 3), mem: significant(mib * 1_048_576, 4) };
}

/** Mean CPU of the buckets of which something was seen, the open one by its share; NaN where there is none. */
function meanOfHour(closed: readonly number[], open: number, share: number): number {
  let [sum, weights] = [0, 0];
  const add = (code: number, weight: number): void => {
    if (code === unseen || weight === 0) return;
    sum += weight * (cpuOfCode[code] as number);
    weights += weight;
  };
  for (let i = 0; i < closed.length; i++)
    add(closed[i] as number, i === closed.length - bucketsPerHour ? 1 - share : 1);
  add(open, share);
  return sum / weights;
}
