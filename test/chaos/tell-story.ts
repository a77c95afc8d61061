import type { Witness } from './check-story.ts';
import type { Kills } from './kills.ts';

/** One line of figures on a story, for whoever runs it. */
export function tellStory({ moving, judging }: Kills, { events, truth, tasks }: Witness): string {
  const count = (name: string) => events.filter(({ type }) => type.includes(`.${name}.`)).length;
  const names = ['approved', 'started', 'completed', 'failed', 'refused'].map((n) => `${count(`migration.${n}`)} ${n}`);
  return `${moving.length} kills while guests moved and ${judging.flat().length} while outcomes were judged; ${names.join(', ')}, ${count('outcome.recorded')} outcomes; ${truth.moves.length} moves, ${tasks.length} tasks`;
}
