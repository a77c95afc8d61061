import { playTrial } from './play-trial.ts';
import type { Row } from './rows.ts';
import { shrink, tellTrial } from './shrink.ts';
import { undisturbed } from './strike.ts';

export type Broken = { seed: number; lines: string[]; story: string };
export type Ran = { row: Row; trials: number; done: number; broken: Broken[]; seconds: number; fewest: string };

const seenIn = async (row: Row, seed: number) =>
  row.sees ? (await playTrial(undisturbed(seed, row.sees === 'one' ? 1 : 3))).points : new Map<string, number>();

/** As many stories are told; shrinking them takes its time. */
const told = 3;

/** Plays the trials of a row from a seed on, until as many are counted as wanted or the time is up (machine ms). */
export async function runRow(
  row: Row,
  { seed, wanted, until }: { seed: number; wanted: number; until: number },
): Promise<Ran> {
  const began = performance.now();
  const ran: Ran = { row, trials: 0, done: 0, broken: [], seconds: 0, fewest: '' };
  const strikes = new Map<string, number>();
  for (let s = seed; ran.done < wanted && performance.now() < until; s++) {
    const seen = await seenIn(row, s);
    const each = row.perSeed?.(seen) ?? 10;
    for (let n = 0; n < each && ran.done < wanted && performance.now() < until; n++) {
      const trial = row.trial(s, n, seen);
      const witness = await playTrial(trial);
      ran.trials++;
      ran.done += row.count(witness);
      for (const t of witness.struck)
        if ('at' in t && t.at.point) strikes.set(t.at.point, (strikes.get(t.at.point) ?? 0) + 1);
      const lines = row.check(witness);
      if (lines.length === 0) continue;
      const story = ran.broken.length < told ? tellTrial(await shrink(trial, row.check)) : tellTrial(trial);
      ran.broken.push({ seed: s, lines, story });
    }
  }
  const [rarest] = [...strikes].sort((a, b) => a[1] - b[1]);
  const fewest = rarest ? `${strikes.size} points, the rarest ${rarest[1]} times (${rarest[0]})` : '';
  return { ...ran, fewest, seconds: Math.round((performance.now() - began) / 1000) };
}
