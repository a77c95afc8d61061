import type { Config } from '@evenkeel/contracts';
import { byText } from '@evenkeel/model';
import { type Approvals, inFlight } from './approvals.ts';

export type Moved = { guest: string; from: string; to: string };

/** Guests that stand on another node than at the last run although no migration of ours took them there. */
export function noticeMoves(
  before: Readonly<Record<string, string>>,
  now: Readonly<Record<string, string>>,
  own: Approvals | undefined,
  at: { now: number; config: Config },
): Moved[] {
  const ours = new Set(inFlight(own, at.now, at.config).map(({ guest, target_node }) => `${guest} ${target_node}`));
  return Object.entries(now)
    .flatMap(([guest, to]) => {
      const from = before[guest];
      return from === undefined || from === to || ours.has(`${guest} ${to}`) ? [] : [{ guest, from, to }];
    })
    .sort((a, b) => byText(a.guest, b.guest));
}
