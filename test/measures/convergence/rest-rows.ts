import type { Row } from '../../bench/measure.ts';
import { checkRest } from './check-rest.ts';
import { drawCase } from './draw-case.ts';
import { isLocked } from './is-locked.ts';
import { playCase } from './play-case.ts';

/** Whether so many random clusters of constant load come to rest, and are as they must be then. */
export async function restRows(cases: number): Promise<Row[]> {
  const wrong: string[] = [];
  let [moves, most] = [0, 0];
  for (let seed = 1; seed <= cases; seed++) {
    const given = drawCase(seed);
    const rested = await playCase(given);
    moves += rested.moves.length;
    most = Math.max(most, rested.moves.length);
    const problems = checkRest(given, rested);
    const locked = isLocked(rested) ? ' (no single move keeps to caps and rules)' : '';
    if (problems.length > 0) wrong.push(`case ${seed}: ${problems.join(', ')}${locked}`);
  }
  return [
    {
      what: 'cases of constant load that come to rest with everything in order',
      value: `${cases - wrong.length} of ${cases}`,
      aim: `${cases} of ${cases}`,
      met: wrong.length === 0,
      beside: [`${moves} moves, ${most} at most`, ...wrong].join('; '),
    },
  ];
}
