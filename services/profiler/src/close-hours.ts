import type { GuestHistory, OpenHour, OpenHours } from '@evenkeel/contracts';
import { cellLength, hourMs, scaleCells } from './cell.ts';
import { appendHours, historyParts, partOf } from './history.ts';

/** What changes in one part of the histories, by guest: whether its past is void, by what to multiply the CPU of it, and the closed hours to append. */
export type PartChange = Map<string, { forget: boolean; factor?: number; cells: string; end: number }>;

/** Parts are written one after the other over the first fifty minutes of an hour, so that no single sample pays for all guests. */
const delayOf = (part: number): number => (part * 3_000_000) / historyParts;

const isDue = (open: OpenHour, now: number, part: number): boolean =>
  hoursOf(open[8]) > 1 || (open[8] !== '' && now >= open[1] * hourMs + delayOf(part));

/** Takes closed hours out of the open ones, part by part as each is due, and says what to append to which part. */
export function closeHours(
  open: OpenHours,
  forgotten: readonly string[],
  resized: ReadonlyMap<string, number> = new Map(),
): { open: OpenHours; parts: Map<number, PartChange> } {
  const now = Date.parse(open.at);
  const forgets = new Set(forgotten);
  const parts = new Map<number, PartChange>();
  const closed: Record<string, OpenHour> = {};
  const look = (guest: string, hour: OpenHour | undefined): void => {
    const forget = forgets.has(guest);
    const factor = resized.get(guest);
    const changes = forget || factor !== undefined;
    if (!changes && (hour === undefined || hour[8] === '')) return;
    const part = partOf(guest);
    const due = hour !== undefined && isDue(hour, now, part);
    if (!due && !changes) return;
    const change = { forget, ...(factor ? { factor } : {}), cells: due ? hour[8] : '', end: hour?.[1] ?? 0 };
    parts.set(part, (parts.get(part) ?? new Map()).set(guest, change));
    if (due) closed[guest] = withoutPending(hour);
  };
  for (const guest of forgets) look(guest, open.guests[guest]);
  for (const [guest, hour] of Object.entries(open.guests)) if (!forgets.has(guest)) look(guest, hour);
  const nothing = Object.keys(closed).length === 0;
  return { open: nothing ? open : { ...open, guests: { ...open.guests, ...closed } }, parts };
}

/** An open hour whose closed predecessors the history holds. */
export const withoutPending = ([
  identity,
  hour,
  buckets,
  ms,
  cpu,
  seen,
  mem,
  samples,
  ,
  ...size
]: OpenHour): OpenHour => [identity, hour, buckets, ms, cpu, seen, mem, samples, '', ...size];

/** A part of the histories after a change; guests that it does not touch keep their very objects. */
export function changePart(
  before: Record<string, GuestHistory> | undefined,
  change: PartChange,
): Record<string, GuestHistory> {
  const after = { ...before };
  for (const [guest, { forget, factor, cells, end }] of change) {
    const known = after[guest];
    if (forget) delete after[guest];
    else if (known && factor) after[guest] = { ...known, cells: scaleCells(known.cells, factor) };
    if (cells !== '') after[guest] = appendHours(after[guest], cells, end);
  }
  return after;
}

/** Hours that a string of cells holds. */
export const hoursOf = (cells: string): number => cells.length / cellLength;
