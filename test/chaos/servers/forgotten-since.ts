import { isDeepStrictEqual } from 'node:util';
import type { GuestMove, guestMoves, recommendationTracking, ValueOf } from '@evenkeel/contracts';

/** What is remembered of observations and cooldowns at one moment. */
export type Remembered = {
  tracking: ValueOf<typeof recommendationTracking> | undefined;
  moves: Record<string, ValueOf<typeof guestMoves>>;
};

/** Most moves that are remembered of a guest. */
const mostMoves = 32;

/** What stood before a loss and does not stand after it, but for what the runs since (their times) may have changed. */
export function forgottenSince(before: Remembered, after: Remembered, runs: readonly string[]): string[] {
  return [...forgottenObservations(before, after, runs), ...forgottenMoves(before, after)];
}

function forgottenObservations(
  { tracking: before }: Remembered,
  { tracking: after }: Remembered,
  runs: readonly string[],
) {
  if (!before) return [];
  if (!after) return ['all observations are forgotten'];
  const since =
    after.tracking_since === before.tracking_since
      ? []
      : [`observing since ${after.tracking_since}, it was ${before.tracking_since}`];
  const more = runs.filter((at) => at > before.last_run_at && at <= after.last_run_at);
  const shorter = Object.entries(before.tracked).flatMap(([guest, was]) => {
    const is = after.tracked[guest];
    if (more.length > 1) return [];
    if (!is) return more.length === 0 ? [`${guest} is no longer observed`] : [];
    const isSame =
      is.source_node === was.source_node && is.target_node === was.target_node && is.identity === was.identity;
    const seen = [...was.seen, ...more].slice(-10);
    if (!isSame || (is.first_seen === was.first_seen && isDeepStrictEqual(is.seen, seen))) return [];
    return [`${guest} was seen at ${is.seen.join(', ')}, it was ${seen.join(', ')}`];
  });
  return [...since, ...shorter];
}

const forgottenMoves = ({ moves: before }: Remembered, { moves: after }: Remembered): string[] =>
  Object.entries(before).flatMap(([guest, { moves }]) => {
    const known = after[guest]?.moves ?? [];
    if (known.length >= mostMoves) return [];
    return moves
      .filter((move) => !known.some((other) => isThat(move, other)))
      .map(({ how, from, to, at }) => `that ${guest} was moved (${how}) from ${from} to ${to} at ${at} is forgotten`);
  });

/** The same move, at this stage or a later one; when it was over does not change any more. */
function isThat(move: GuestMove, other: GuestMove): boolean {
  if (move.how === 'completed') return isDeepStrictEqual(move, other);
  if (move.migration_id !== undefined) return move.migration_id === other.migration_id;
  return (
    move.from === other.from && move.to === other.to && Math.abs(Date.parse(move.at) - Date.parse(other.at)) < 3_600_000
  );
}
