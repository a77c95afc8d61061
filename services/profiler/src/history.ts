import type { GuestHistory } from '@evenkeel/contracts';
import { cellLength, emptyCell } from './cell.ts';

/** Hours that are kept: 14 days. */
export const historyHours = 336;

/** The most recent hours of a string of cells, as many as are kept. */
export const keepLast = (cells: string): string =>
  cells.length > historyHours * cellLength ? cells.slice(-historyHours * cellLength) : cells;

/** A history with the closed hours that end at `end` appended; hours between are empty. */
export function appendHours(history: GuestHistory | undefined, cells: string, end: number): GuestHistory {
  const start = end - cells.length / cellLength;
  const gap = history ? Math.max(0, start - history.end) : 0;
  const before = history && gap < historyHours ? history.cells + emptyCell.repeat(gap) : '';
  return { end, cells: keepLast(before + cells) };
}

/** Parts among which guests are spread, so that what is written at a time stays small and a guest keeps its part when it moves. */
export const historyParts = 64;

/** The part that holds a guest's history: FNV-1a of its id. */
export function partOf(guest: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < guest.length; i++) hash = Math.imul(hash ^ guest.charCodeAt(i), 0x01000193);
  return (hash ^ (hash >>> 16)) & (historyParts - 1);
}
