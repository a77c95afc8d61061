import type { HistoryPoint } from '@evenkeel/contracts';
import type { HistoryRow } from '@evenkeel/proxmox';
import { rounded } from './rounded.ts';

/** The coarsest buckets that any version of Proxmox keeps for these times, seconds. */
const coarsest = { day: 1800, week: 10_800 };
/** Finer points than this are put together, seconds: profiles do not look closer, and a day of minutes is large. */
const finest = 300;

type Bucket = { from: number; to: number; cpu: number | undefined; mem: number | undefined };

/** A bucket ends where the next begins, but is no longer than the one before it or than any bucket: what follows is a gap. */
function buckets(rows: readonly HistoryRow[], longest: number): Bucket[] {
  const sorted = [...rows].sort((a, b) => a.time - b.time);
  return sorted.flatMap(({ time, cpu, mem }, i) => {
    const after = (sorted[i + 1]?.time ?? Number.POSITIVE_INFINITY) - time;
    const before = time - (sorted[i - 1]?.time ?? Number.NEGATIVE_INFINITY);
    const length = Math.min(after, before, longest);
    return length > 0 && Number.isFinite(length) ? [{ from: time, to: time + length, cpu, mem }] : [];
  });
}

const hasData = ({ cpu, mem }: Bucket): boolean => cpu !== undefined || mem !== undefined;

function mean(parts: readonly Bucket[], read: (bucket: Bucket) => number | undefined): number | null {
  let seconds = 0;
  let sum = 0;
  for (const bucket of parts) {
    const value = read(bucket);
    if (value === undefined) continue;
    seconds += bucket.to - bucket.from;
    sum += value * (bucket.to - bucket.from);
  }
  return seconds > 0 ? sum / seconds : null;
}

/** One point out of buckets that lie together. */
function point(parts: readonly Bucket[]): HistoryPoint {
  const from = parts[0]?.from ?? 0;
  const cpu = mean(parts, (bucket) => bucket.cpu);
  const mem = mean(parts, (bucket) => bucket.mem);
  const end = parts.at(-1)?.to ?? from;
  return [from, end - from, cpu === null ? null : rounded(cpu, 4), mem === null ? null : rounded(mem)];
}

/** Neighbours in the same five minutes become one; a gap between them does not. */
function thinned(all: readonly Bucket[]): HistoryPoint[] {
  const groups: Bucket[][] = [];
  for (const bucket of all) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const joins = last?.to === bucket.from && Math.floor(last.from / finest) === Math.floor(bucket.from / finest);
    if (group && joins) group.push(bucket);
    else groups.push([bucket]);
  }
  return groups.map(point);
}

/** vCPUs of a guest in the last row that says so. */
export const latestVcpus = (rows: readonly HistoryRow[]): number | undefined =>
  rows.reduce<HistoryRow | undefined>(
    (last, row) => (row.maxcpu && row.time >= (last?.time ?? 0) ? row : last),
    undefined,
  )?.maxcpu;

type Rows = { day: readonly HistoryRow[]; week: readonly HistoryRow[] };

/** Rows with CPU as a fraction of so many vCPUs: Proxmox keeps it as one of those that the guest had then. */
export function inVcpus({ day, week }: Rows, vcpus: number | undefined): Rows {
  const scaled = (row: HistoryRow): HistoryRow =>
    row.cpu !== undefined && row.maxcpu && vcpus ? { ...row, cpu: (row.cpu * row.maxcpu) / vcpus } : row;
  return { day: day.map(scaled), week: week.map(scaled) };
}

/** A day in fine steps and before it the week in coarse ones, without what was not recorded, lies before `from_s`, or is not over. */
export function historyPoints(
  { day, week }: Rows,
  { from_s = 0, now_s }: { from_s?: number; now_s: number },
): HistoryPoint[] {
  const isPast = ({ from, to }: Bucket): boolean => from >= from_s && to <= now_s;
  const fine = buckets(day, coarsest.day).filter(hasData).filter(isPast);
  const begin = fine[0]?.from ?? Number.POSITIVE_INFINITY;
  const coarse = buckets(week, coarsest.week).filter(
    (bucket) => hasData(bucket) && isPast(bucket) && bucket.to <= begin,
  );
  return thinned([...coarse, ...fine]);
}
