import type { DroppedRows, OnDropped } from '@evenkeel/proxmox';

/** Gathers the rows that could not be read of the calls that it is given to. */
export function hearDropped(): { dropped: DroppedRows[]; onDropped: OnDropped } {
  const dropped: DroppedRows[] = [];
  return { dropped, onDropped: (rows) => void dropped.push(rows) };
}

/** Nothing that a migration rests on is read off a storage. */
const idle: readonly DroppedRows['what'][] = ['storage'];

/** Why a look is not to be trusted, or null: what is missing may be what speaks against a move. */
export function missingFrom(dropped: readonly DroppedRows[]): string | null {
  const missing = dropped.filter(({ what }) => !idle.includes(what));
  if (missing.length === 0) return null;
  const said = missing.map(({ what, count, id }) => `${count} ${what}${count === 1 ? '' : 's'}${id ? ` (${id})` : ''}`);
  return `rows of the answers of Proxmox could not be read: ${[...new Set(said)].sort().join(', ')}`;
}

/** Whether a guest that is not among those that were read may still be there. */
export const mayHideGuest = (dropped: readonly DroppedRows[]): boolean =>
  dropped.some(({ what }) => what === 'guest' || what === 'resource');
