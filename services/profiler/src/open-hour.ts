import type { OpenHour } from '@evenkeel/contracts';
import { bucketMs, cpuCode, emptyCell, encodeCell, hourMs, scaleCells, scaledCodes, unseen } from './cell.ts';
import { keepLast } from './history.ts';

/** A reading holds for the time from `from` to `to`, epoch milliseconds; CPU as a fraction, memory in bytes. */
export type Reading = { from: number; to: number; cpu: number; mem: number };

/** A guest at the moment from which it is measured. */
export const openAt = (identity: string, at: number): OpenHour => {
  const hour = Math.floor(at / hourMs);
  return [identity, hour, '', 0, 0, 0, 0, 0, ''];
};

/** Codes of the closed ten-minute buckets of the open hour. */
export function closedBuckets([, , buckets]: OpenHour): number[] {
  const codes: number[] = [];
  for (let i = 0; i < buckets.length; i += 2) codes.push(Number.parseInt(buckets.slice(i, i + 2), 16));
  return codes;
}

/** Code of the open bucket. */
export const openBucket = (open: OpenHour): number => (open[3] > 0 ? cpuCode(open[4] / open[3] / 10_000) : unseen);

/** The open hour as it stands, in the form of a closed one. */
export function openCell(open: OpenHour): string {
  const [, , , , , seen, mem, samples] = open;
  return encodeCell({
    cpu: [...closedBuckets(open), openBucket(open)],
    mem: seen > 0 ? mem / seen : undefined,
    samples,
  });
}

const hex = (code: number): string => code.toString(16).padStart(2, '0');

/** Closes buckets and hours up to the one that holds a moment. */
function advance(open: OpenHour, at: number): OpenHour {
  const hour = Math.floor(at / hourMs);
  const bucket = Math.floor((at % hourMs) / bucketMs);
  let [identity, openHour, buckets, ms, cpu, seen, mem, samples, pending, ...size] = open;
  if (hour > openHour) {
    pending = keepLast(pending + openCell(open) + emptyCell.repeat(Math.min(hour - openHour - 1, 336)));
    [openHour, buckets, ms, cpu, seen, mem, samples] = [hour, '', 0, 0, 0, 0, 0];
  }
  const missing = bucket - buckets.length / 2;
  if (missing <= 0) return [identity, openHour, buckets, ms, cpu, seen, mem, samples, pending, ...size];
  const closed = ms > 0 ? cpuCode(cpu / ms / 10_000) : unseen;
  buckets += hex(closed) + hex(unseen).repeat(missing - 1);
  return [identity, openHour, buckets, 0, 0, seen, mem, samples, pending, ...size];
}

const bucketStart = (open: OpenHour): number => open[1] * hourMs + (open[2].length / 2) * bucketMs;

/** Adds a reading to the buckets that it covers, each by its share of the time, closed ones left as they are; sums are of whole numbers, so that splitting a reading changes nothing. */
export function observe(before: OpenHour, { from, to, cpu, mem }: Reading): OpenHour {
  const cpuUnits = Math.round(cpu * 10_000);
  const mib = Math.round(mem / 1_048_576);
  let open = before;
  for (let at = Math.max(from, bucketStart(before)); at < to; ) {
    open = advance(open, at);
    const until = Math.min(to, (Math.floor(at / bucketMs) + 1) * bucketMs);
    const ms = until - at;
    const [identity, hour, buckets, bucketSeen, cpuSum, hourSeen, memSum, samples, pending, ...size] = open;
    open = [
      identity,
      hour,
      buckets,
      bucketSeen + ms,
      cpuSum + ms * cpuUnits,
      hourSeen + ms,
      memSum + ms * mib,
      samples + (until === to ? 1 : 0),
      pending,
      ...size,
    ];
    at = until;
  }
  return open;
}

/** Closes what lies before a moment although nothing was measured; the hour of the moment stays open. */
export const passTime = (open: OpenHour, at: number): OpenHour =>
  Math.floor(at / hourMs) > open[1] ? advance(open, at) : open;

/** Cores stay what they were when a guest gets more or fewer vCPUs: all its CPU becomes a fraction of those that it has now. */
export function resize(open: OpenHour, maxcpu: number): OpenHour {
  const [identity, hour, buckets, ms, cpu, seen, mem, samples, pending, before = maxcpu] = open;
  if (open[9] === maxcpu) return open;
  const factor = before / maxcpu;
  if (factor === 1) return [identity, hour, buckets, ms, cpu, seen, mem, samples, pending, maxcpu];
  const codes = scaledCodes(factor);
  const scaled = closedBuckets(open).map((code) => hex(codes[code] as number));
  const cells = scaleCells(pending, factor);
  return [identity, hour, scaled.join(''), ms, Math.round(cpu * factor), seen, mem, samples, cells, maxcpu];
}
