import { type CloudEvent, migrationRefused } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import type { Witness } from './check-story.ts';
import type { Kills } from './kills.ts';

/** One line of figures on a story, for whoever runs it. */
export const tellStory = ({ moving, judging }: Kills, witness: Witness): string =>
  `${moving.length} kills while guests moved and ${judging.flat().length} while outcomes were judged; ${tellMoves(witness)}`;

/** What was approved, and what became of it. */
export function tellMoves({ events, truth, tasks }: Witness): string {
  const count = (name: string) => events.filter(({ type }) => type.includes(`.${name}.`)).length;
  const names = ['approved', 'started', 'completed', 'failed', 'refused'].map((n) => `${count(`migration.${n}`)} ${n}`);
  return [
    `${names.join(', ')} (${refusals(events)}), ${count('outcome.recorded')} outcomes`,
    `${truth.moves.length} moves, ${tasks.length} tasks`,
  ].join('; ');
}

/** How often for which reason. */
function refusals(events: readonly CloudEvent[]): string {
  const codes = events
    .filter(({ type }) => type === typeOf(migrationRefused))
    .map(({ data }) => migrationRefused.data.parse(data).code);
  return [...new Set(codes)].map((code) => `${code} ${codes.filter((c) => c === code).length}`).join(', ');
}
