import type { Proposal } from './propose-settings.ts';
import type { HeldBackTally } from './summarize-held-back.ts';

/** What each filter held back and whether that was right, a line each, with the settings that this speaks for. */
export function sayHeldBack(tallies: readonly HeldBackTally[], proposals: readonly Proposal[]): string {
  if (tallies.length === 0) return 'no move that was held back is judged yet\n';
  return `${[...tallies.map(sayTally), ...proposals.map(sayProposal)].join('\n')}\n`;
}

const names: Record<string, string> = { dry_run: 'dry run', mode: 'the mode' };

function sayTally({ order, filter, moves, left_out, ...would }: HeldBackTally): string {
  const { would_not_have_paid: not, would_have_harmed: harm } = would;
  const who = names[filter] ?? `filter ${order} (${filter})`;
  const worse = harm > 0 ? `, ${harm} of these would have done harm` : '';
  const others = left_out > 0 ? `; left out are ${left_out} of other limits than are in force` : '';
  return `${who} held back ${moves} ${moves === 1 ? 'move' : 'moves'}, of which ${not} would not have paid${worse}${others}`;
}

const sayProposal = ({ setting, now, proposed, because }: Proposal): string =>
  `proposal, not applied: ${setting} ${proposed} instead of ${now}: ${because}`;
