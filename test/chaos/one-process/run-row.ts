import { playTrial, type Witness } from './play-trial.ts';
import type { Row } from './rows.ts';
import { shrink, tellTrial } from './shrink.ts';
import { type Seen, undisturbed } from './strike.ts';
import type { Trial } from './trial.ts';

export type Broken = { seed: number; lines: string[]; story: string };
/** `wanted` is what had to be done: what is less by `done` was not reached in time. */
export type Ran = {
  row: Row;
  wanted: number;
  trials: number;
  done: number;
  broken: Broken[];
  seconds: number;
  fewest: string;
};
type Asked = { seed: number; wanted: number; until: number };
type Play = (trial: Trial) => Promise<Witness>;

/** As many stories are told; shrinking them takes its time. */
const told = 3;
/** Machine milliseconds that one may take, whatever is left of the budget. */
const shrinking_ms = 60_000;

const seenIn = async (row: Row, seed: number): Promise<Seen> =>
  row.sees ? (await playTrial(undisturbed(seed, row.sees === 'one' ? 1 : 3))).points : new Map();

/** Plays the trials of a row from a seed on, until as many are counted as wanted or the time is up (machine ms). */
export async function runRow(row: Row, asked: Asked): Promise<Ran> {
  const began = performance.now();
  const strikes = new Map((row.points?.rare ?? []).map((point) => [point, 0]));
  const broken: Broken[] = [];
  let trials = 0;
  const play: Play = async (trial) => {
    const witness = await playTrial(trial);
    trials++;
    for (const t of witness.struck)
      if ('at' in t && t.at.point) strikes.set(t.at.point, (strikes.get(t.at.point) ?? 0) + 1);
    const lines = row.check(witness);
    if (lines.length === 0) return witness;
    const until = performance.now() + shrinking_ms;
    const story = broken.length < told ? await shrink(trial, row.check, until) : trial;
    broken.push({ seed: trial.seed, lines, story: tellTrial(story) });
    return witness;
  };
  const done = await (row.points ? playPoints : playSeeds)(row, asked, play, strikes);
  const [rarest] = [...strikes].sort((a, b) => a[1] - b[1]);
  const fewest = rarest ? `${strikes.size} points, the rarest ${rarest[1]} times (${rarest[0]})` : '';
  const seconds = Math.round((performance.now() - began) / 1000);
  return { row, wanted: asked.wanted, trials, done, broken, fewest, seconds };
}

async function playSeeds(row: Row, { seed, wanted, until }: Asked, play: Play): Promise<number> {
  let done = 0;
  for (let s = seed; done < wanted && performance.now() < until; s++) {
    const seen = await seenIn(row, s);
    for (let n = 0; n < 10 && done < wanted && performance.now() < until; n++)
      done += row.count(await play(row.trial(s, n, seen)));
  }
  return done;
}

/** Of each seed, the points that have been struck too seldom so far: how often the rarest of all was struck. */
async function playPoints(
  row: Row,
  { seed, wanted, until }: Asked,
  play: Play,
  strikes: Map<string, number>,
): Promise<number> {
  const fewest = (): number => Math.min(...strikes.values());
  for (let s = seed; (s < seed + wanted || fewest() < wanted) && performance.now() < until; s++) {
    const seen = await seenIn(row, s);
    for (const point of seen.keys()) if (!strikes.has(point)) strikes.set(point, 0);
    const lacking = [...seen.keys()].filter((point) => (strikes.get(point) ?? 0) < wanted);
    for (let n = 0; 2 * n < lacking.length && performance.now() < until; n++)
      await play(row.points!.trial(s, n, lacking.slice(2 * n, 2 * n + 2), seen));
  }
  return Math.min(fewest(), wanted);
}
