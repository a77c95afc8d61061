import { type Row, rows } from './rows.ts';
import { type Ran, runRow } from './run-row.ts';

/** `share` of what is required of each row, within a budget of machine minutes. */
export type Wanted = { seed: number; share: number; minutes: number; only?: readonly string[] };

/** Trials of a row take about as long as those of any other, but the ones at each point are many. */
const weightOf = ({ required, name }: Row): number => (name === 'points' ? 2500 : Math.min(required, 500));

/** Plays the rows one after the other; who is done early leaves the time to those that come. */
export async function runRows(
  { seed, share, minutes, only }: Wanted,
  tell: (ran: Ran) => void = () => {},
): Promise<Ran[]> {
  const chosen = rows.filter(({ name }) => only?.includes(name) ?? true);
  const end = performance.now() + minutes * 60_000;
  const all: Ran[] = [];
  for (const [i, row] of chosen.entries()) {
    const weights = chosen.slice(i).reduce((sum, one) => sum + weightOf(one), 0);
    const now = performance.now();
    const until = now + ((end - now) * weightOf(row)) / weights;
    const ran = await runRow(row, { seed, wanted: Math.ceil(row.required * share), until });
    all.push(ran);
    tell(ran);
  }
  return all;
}
