import type { GuestHistory, OpenHour, OpenHours } from '@evenkeel/contracts';
import { cellLength, hourMs } from './cell.ts';
import { appendHours, historyParts, partOf } from './history.ts';

/** What changes in one part of the histories; `undefined` forgets a guest. */
export type PartChange = Map<string, { cells: string; end: number } | undefined>;

/** Parts are written one after the other over the first fifty minutes of an hour, so that no single sample pays for all guests. */
const delayOf = (part: number): number => (part * 3_000_000) / historyParts;

/** Takes closed hours out of the open ones, part by part as each is due, and says what to append to which part. */
export function closeHours(
  open: OpenHours,
  forgotten: readonly string[],
): { open: OpenHours; parts: Map<number, PartChange> } {
  const now = Date.parse(open.at);
  const parts = new Map<number, PartChange>();
  const change = (guest: string, what: { cells: string; end: number } | undefined) => {
    const part = partOf(guest);
    parts.set(part, (parts.get(part) ?? new Map()).set(guest, what));
  };
  for (const guest of forgotten) change(guest, undefined);
  const closed: Record<string, OpenHour> = {};
  for (const [guest, hour] of Object.entries(open.guests)) {
    const pending = hour[8];
    if (pending === '' || now < hour[1] * hourMs + delayOf(partOf(guest))) continue;
    change(guest, { cells: pending, end: hour[1] });
    closed[guest] = withoutPending(hour);
  }
  return { open: { ...open, guests: { ...open.guests, ...closed } }, parts };
}

/** An open hour whose closed predecessors the history holds. */
export const withoutPending = ([identity, hour, buckets, ms, cpu, seen, mem, samples]: OpenHour): OpenHour => [
  identity,
  hour,
  buckets,
  ms,
  cpu,
  seen,
  mem,
  samples,
  '',
];

/** A part of the histories after a change; guests that it does not touch keep their very objects. */
export function changePart(
  before: Record<string, GuestHistory> | undefined,
  change: PartChange,
): Record<string, GuestHistory> {
  const after = { ...before };
  for (const [guest, what] of change) {
    if (what) after[guest] = appendHours(after[guest], what.cells, what.end);
    else delete after[guest];
  }
  return after;
}

/** Hours that a string of cells holds. */
export const hoursOf = (cells: string): number => cells.length / cellLength;
