import type { ApprovedMigration, JudgedMove, Outcome } from '@evenkeel/contracts';
import { byText } from '@evenkeel/model';

/** So many judged moves are remembered of a pair of nodes, and of a guest. */
export const mostOfPair = 50;
export const mostOfGuest = 20;

const weight = { '5m': 0, '1h': 1, '24h': 2, failed: 3 };

/** The judged moves with one more; of one migration the latest horizon counts, and only the latest `most` are kept, in any order of telling. */
export function rememberJudged(
  known: readonly JudgedMove[] | undefined,
  judged: JudgedMove,
  most: number,
): JudgedMove[] {
  const same = known?.find(({ migration_id }) => migration_id === judged.migration_id);
  if (same && weight[same.horizon] > weight[judged.horizon]) return [...(known ?? [])];
  return [...(known ?? []).filter((m) => m !== same), judged]
    .sort((a, b) => byText(a.at, b.at) || byText(a.migration_id, b.migration_id))
    .slice(-most);
}

/** What an outcome teaches; undefined where it could not be judged, or was not made for what it brings. */
export function judgedOf(outcome: Outcome): JudgedMove | undefined {
  const { migration_id, guest, completed_at, horizon, verdict } = outcome;
  if (outcome.mandatory || outcome.purpose) return undefined;
  return verdict && { migration_id, guest, at: completed_at, horizon, verdict };
}

/** What a failure teaches; it is never judged later. */
export const failedMove = ({ migration_id, guest }: ApprovedMigration, at: string): JudgedMove => ({
  migration_id,
  guest,
  at,
  horizon: 'failed',
  verdict: 'failed',
});

/** Whom a failure counts against: where nobody knows what is to blame, both. */
export const blamed = (fault: 'guest' | 'path' | 'cluster' | 'unknown'): { pair: boolean; guest: boolean } => ({
  pair: fault === 'path' || fault === 'unknown',
  guest: fault === 'guest' || fault === 'unknown',
});

/** Name of the part in which the outcomes of two nodes are kept. */
export const pairOf = (source: string, target: string): string => `${source}>${target}`;
