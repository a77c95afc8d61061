import type { DataOf, GuestHistory, HistoryPoint, historyBackfilled, OpenHour, OpenHours } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import {
  bucketMs,
  bucketsPerHour,
  cellLength,
  cpuCode,
  decodeCell,
  emptyCell,
  encodeCell,
  hourMs,
  unseen,
} from './cell.ts';
import { withoutPending } from './close-hours.ts';
import { appendHours, historyHours, partOf } from './history.ts';
import { openAt, resize } from './open-hour.ts';

type Past = DataOf<typeof historyBackfilled>;
type Histories = Record<string, GuestHistory>;
type Sum = { ms: number; sum: number };

type Kept = { first: number; end: number };

/** Seconds-long points spread over the buckets of the hours that are kept: where points overlap, the finer has the word and the coarser fills what it leaves. */
function spread(points: readonly HistoryPoint[], value: 2 | 3, bucket: number, { first, end }: Kept): Map<number, Sum> {
  const sums = new Map<number, Sum>();
  for (const point of points) {
    const reading = point[value];
    if (reading === null) continue;
    const from = Math.max(first * hourMs, point[0] * 1000);
    const to = Math.min(end * hourMs, (point[0] + point[1]) * 1000);
    for (let b = Math.floor(from / bucket); b * bucket < to; b++) {
      const known = sums.get(b) ?? { ms: 0, sum: 0 };
      const overlap = Math.min(to, (b + 1) * bucket) - Math.max(from, b * bucket);
      const ms = Math.min(overlap, bucket - known.ms);
      if (ms > 0) sums.set(b, { ms: known.ms + ms, sum: known.sum + ms * reading });
    }
  }
  return sums;
}

const finerFirst = (a: HistoryPoint, b: HistoryPoint): number => a[1] - b[1] || a[0] - b[0];

/** A history with what was unseen filled in from the past; what was seen stays, so that filling twice changes nothing. */
function fillHistory(history: GuestHistory, past: readonly HistoryPoint[]): GuestHistory {
  const points = [...past].sort(finerFirst);
  const kept = { first: history.end - historyHours, end: history.end };
  const cpu = spread(points, 2, bucketMs, kept);
  const mem = spread(points, 3, hourMs, kept);
  const begun = countBy(points, (point) => Math.floor((point[0] * 1000) / hourMs));
  const oldest = Math.min(...[...cpu.keys()].map((b) => Math.floor(b / bucketsPerHour)), ...mem.keys());
  const first = Math.max(kept.first, Math.min(oldest, history.end - history.cells.length / cellLength));
  const missing = Math.max(0, history.end - first - history.cells.length / cellLength);
  const cells = emptyCell.repeat(missing) + history.cells;
  let filled = '';
  for (let hour = first; hour < history.end; hour++) {
    const cell = cells.slice((hour - first) * cellLength, (hour - first + 1) * cellLength);
    filled += fillCell(cell, hour, { cpu, mem, begun: begun.get(hour) ?? 0 });
  }
  return filled === history.cells ? history : { end: history.end, cells: filled };
}

type Fill = { cpu: ReadonlyMap<number, Sum>; mem: ReadonlyMap<number, Sum>; begun: number };

function fillCell(cell: string, hour: number, { cpu, mem, begun }: Fill): string {
  const seen = decodeCell(cell, 0);
  const codes = seen.cpu.map((code, i) => {
    const past = cpu.get(hour * bucketsPerHour + i);
    return code === unseen && past ? cpuCode(past.sum / past.ms) : code;
  });
  const past = mem.get(hour);
  const mib = seen.mem ?? (past && past.sum / past.ms / 1_048_576);
  if (mib === seen.mem && codes.every((code, i) => code === seen.cpu[i])) return cell;
  return encodeCell({ cpu: codes, mem: mib, samples: seen.samples + begun });
}

function countBy(points: readonly HistoryPoint[], key: (point: HistoryPoint) => number): Map<number, number> {
  const counts = new Map<number, number>();
  for (const point of points) counts.set(key(point), (counts.get(key(point)) ?? 0) + 1);
  return counts;
}

/** Points with so many times as much CPU. */
const scalePoints = (points: readonly HistoryPoint[], factor: number): readonly HistoryPoint[] =>
  factor === 1 ? points : points.map(([at, length, cpu, mem]) => [at, length, cpu === null ? null : cpu * factor, mem]);

/** Folds the past of a node's guests into the parts that hold them; a guest that is known under another identity is left alone. */
export function foldBackfill(
  open: OpenHours | undefined,
  parts: ReadonlyMap<number, Histories | undefined>,
  past: Past,
): { open: OpenHours; parts: Map<number, Histories> } {
  const guests: Record<string, OpenHour> = { ...open?.guests };
  const changed = new Map<number, Histories>();
  for (const { guest, identity, maxcpu, history } of past.guests) {
    const opened = guests[guest] ?? openAt(identity, Date.parse(past.at));
    if (opened[0] !== identity || history.length === 0) continue;
    const own = opened[9] || !maxcpu ? opened : resize(opened, maxcpu);
    const factor = maxcpu && own[9] ? maxcpu / own[9] : 1;
    const part = partOf(guest);
    const histories = changed.get(part) ?? { ...parts.get(part) };
    const known = appendHours(histories[guest], own[8], own[1]);
    histories[guest] = fillHistory(known, scalePoints(history, factor));
    changed.set(part, histories);
    guests[guest] = withoutPending(own);
  }
  return { open: { at: open?.at ?? iso(0), gap_ms: open?.gap_ms ?? 0, guests }, parts: changed };
}
