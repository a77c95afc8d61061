import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readTraces, type Trace } from '@evenkeel/all-in-one/backtest';
import { random } from '@evenkeel/profiler/testing';

/** Where recorded loads lie, where they are there at all. */
const folder = join(
  process.env.EVENKEEL_SHARED ?? resolve(import.meta.dirname, '../../../../shared'),
  'bench/data/public',
);

export const haveDays = (): boolean => existsSync(folder);

/** A recorded time: a day of five-minute steps, or so many of its days. */
export type Day = { name: string; file: string; days: number };

export const days: readonly Day[] = [
  ...['20110303', '20110306', '20110309', '20110322', '20110325'].map((day) => ({
    name: `planetlab ${day}`,
    file: `planetlab-${day}.csv`,
    days: 1,
  })),
  { name: 'google', file: 'google-public.csv', days: 1 },
  { name: 'bitbrains', file: 'bitbrains-public.csv', days: 7 },
  { name: 'azure', file: 'azure-public.csv', days: 7 },
];

const stepsADay = 288;

/** So many guests of a recorded time, drawn by a seed. */
export async function readDay({ file, days }: Day, guests: number, seed: number): Promise<Trace[]> {
  const traces = readTraces(await readFile(join(folder, file), 'utf8'));
  if (typeof traces === 'string') throw new Error(`${file}: ${traces}`);
  const chance = random(seed);
  const drawn = traces.map((trace) => ({ trace, at: chance.between(0, 1) })).sort((a, b) => a.at - b.at);
  const steps = days * stepsADay;
  return drawn.slice(0, guests).map(({ trace }) => ({
    name: trace.name,
    cpu: trace.cpu.slice(0, steps),
    ...(trace.mem ? { mem: trace.mem.slice(0, steps) } : {}),
  }));
}
