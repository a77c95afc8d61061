import type { Load, Random } from '@evenkeel/profiler/testing';
import { dayMs, minuteMs } from './time.ts';

type Burst = { from: number; to: number; height: number };

/** Loads that are low for most of the time and high without a clock: alike bursts, short ones, bursts of all sizes, bursts that fade, and busy spells of many. */
export function drawBursty(random: Random, start: number, days: number): Load {
  const base = random.between(0.01, 0.12);
  const end = start + days * dayMs;
  const bursts = random.pick([alike, short, ofAllSizes, inSpells])(random, start, end);
  const shape = random.pick([flat, fading]);
  let index = 0;
  return (time) => {
    while (index > 0 && (bursts[index - 1] as Burst).to > time) index--;
    while (index < bursts.length && (bursts[index] as Burst).to <= time) index++;
    const burst = bursts[index];
    return burst && time >= burst.from ? Math.min(1, base + burst.height * shape(burst, time)) : base;
  };
}

const flat = (): number => 1;
const fading = ({ from, to }: Burst, time: number): number => 1 - (0.6 * (time - from)) / (to - from);

const waiting = (random: Random, mean: number): number => -Math.log(1 - random.between(0, 1)) * mean;

/** Bursts of so many minutes that fill a share of the time, one after the other at random distances. */
function row(random: Random, from: number, to: number, share: number, draw: () => { minutes: number; height: number }) {
  const bursts: Burst[] = [];
  for (let at = from; ; ) {
    const { minutes, height } = draw();
    const length = minutes * minuteMs;
    at += waiting(random, (length * (1 - share)) / share);
    if (at + length >= to) return bursts;
    bursts.push({ from: at, to: at + length, height });
    at += length;
  }
}

const alike = (random: Random, from: number, to: number): Burst[] => {
  const [height, minutes] = [random.between(0.35, 0.85), random.between(10, 60)];
  return row(random, from, to, random.between(0.08, 0.25), () => ({ height, minutes }));
};

const short = (random: Random, from: number, to: number): Burst[] => {
  const [height, minutes] = [random.between(0.4, 0.85), random.between(3, 10)];
  return row(random, from, to, random.between(0.08, 0.2), () => ({ height, minutes }));
};

const ofAllSizes = (random: Random, from: number, to: number): Burst[] => {
  const typical = random.between(0.4, 0.6);
  const draw = () => ({
    height: Math.min(0.9, typical * Math.exp(0.4 * random.normal())),
    minutes: Math.min(120, Math.max(8, 25 * Math.exp(0.7 * random.normal()))),
  });
  return row(random, from, to, random.between(0.1, 0.22), draw);
};

/** Spells of an hour or more in which bursts follow each other closely. */
const inSpells = (random: Random, from: number, to: number): Burst[] => {
  const height = random.between(0.4, 0.85);
  const spells = row(random, from, to, random.between(0.15, 0.3), () => ({ height, minutes: random.between(60, 180) }));
  return spells.flatMap((spell) =>
    row(random, spell.from, spell.to, 0.65, () => ({ height, minutes: random.between(8, 25) })),
  );
};
