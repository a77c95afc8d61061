import type { ApprovedMigration, GuestMove, guestMoves, ValueOf } from '@evenkeel/contracts';
import { byText, hours, millis } from '@evenkeel/model';

export type GuestMoves = ValueOf<typeof guestMoves>;
export type MoveStage = {
  at: string;
  how: GuestMove['how'];
  code?: string | undefined;
  reason?: string | undefined;
};

const remembered = hours(7 * 24);
const most = 32;
const weight = { started: 0, refused: 1, failed: 2, completed: 3, found: 3 };

/** Whether the guest really changed its node. */
export const hasMoved = ({ how }: GuestMove): boolean => how === 'completed' || how === 'found';

/**
 * The moves of a guest with one more thing known of a migration. Said twice or in another order, the answer is the same: of one
 * migration the latest stage counts. A reused vmid starts anew.
 */
export function rememberMove(
  known: GuestMoves | undefined,
  migration: Pick<ApprovedMigration, 'migration_id' | 'identity' | 'source_node' | 'target_node'>,
  { at, how, code, reason }: MoveStage,
): GuestMoves {
  const before = isSameGuest(known, migration.identity) ? (known?.moves ?? []) : [];
  const move: GuestMove = {
    at,
    from: migration.source_node,
    to: migration.target_node,
    how,
    migration_id: migration.migration_id,
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason }),
  };
  const same = before.find(({ migration_id }) => migration_id === migration.migration_id);
  if (same && weight[same.how] > weight[move.how]) return { identity: migration.identity, moves: [...before] };
  const others = before.filter(
    (m) =>
      m !== same && !(m.how === 'found' && hasMoved(move) && m.from === move.from && m.to === move.to && near(m, move)),
  );
  return { identity: migration.identity, moves: tidy([...others, move]) };
}

/** Whether what is known belongs to this guest and not to one that had its vmid before. */
export const isSameGuest = (
  known: { identity?: string | undefined } | undefined,
  identity: string | undefined,
): boolean => known?.identity === undefined || identity === undefined || known.identity === identity;

/** Whether nothing of it is worth remembering any more. */
export const isForgotten = ({ moves }: GuestMoves, now: number): boolean =>
  moves.every(({ at }) => now - millis(at) > remembered);

/** A move that nobody told of: the guest runs on another node than before. */
export function foundMove(
  known: GuestMoves | undefined,
  { from, to, identity }: { from: string; to: string; identity?: string },
  at: string,
): GuestMoves {
  const before = isSameGuest(known, identity) ? known : undefined;
  const told = before?.moves.some(
    (m) => m.how === 'completed' && m.from === from && m.to === to && millis(at) - millis(m.at) < hours(1),
  );
  if (told && before) return before;
  const moves = tidy([...(before?.moves ?? []), { at, from, to, how: 'found' }]);
  return { ...before, ...(identity !== undefined && { identity }), moves };
}

const near = (a: GuestMove, b: GuestMove): boolean => Math.abs(millis(a.at) - millis(b.at)) < hours(1);

function tidy(moves: readonly GuestMove[]): GuestMove[] {
  const sorted = [...moves].sort(
    (a, b) => byText(a.at, b.at) || weight[a.how] - weight[b.how] || byText(a.migration_id ?? '', b.migration_id ?? ''),
  );
  const latest = millis(sorted.at(-1)?.at ?? '1970-01-01T00:00:00Z');
  return sorted.filter(({ at }) => latest - millis(at) <= remembered).slice(-most);
}
