import type { Load, Random } from '@evenkeel/profiler/testing';
import { dayMs, hourMs, hourOf, wander } from './time.ts';

/** Loads whose mean of the week says it all: level, with noise that lingers, with a step, falling, or with a ripple too small to matter. */
export function drawSteady(random: Random, start: number): Load {
  return random.pick([level, lingering, stepping, falling, rippling])(random, start);
}

const level = (random: Random): Load => {
  const at = random.between(0.02, 0.9);
  return () => at;
};

/** Noise of one or two points that forgets itself within hours. */
const lingering = (random: Random, start: number): Load => {
  const at = random.between(0.1, 0.8);
  const noise = wander(random, start, { sd: random.between(0.005, 0.02), hours: random.between(0.5, 4) });
  return (time) => at + noise(time);
};

/** A service that was given more, or less, to do one day, and goes on like that. */
const stepping = (random: Random, start: number): Load => {
  const [before, after] = [random.between(0.1, 0.7), random.between(0.1, 0.7)];
  const when = start + random.between(1, 6) * dayMs;
  return (time) => (time < when ? before : after);
};

const falling = (random: Random, start: number): Load => {
  const from = random.between(0.5, 0.9);
  const perHour = random.between(0.02, 0.055) / 24;
  return (time) => from - (perHour * (time - start)) / hourMs;
};

const rippling = (random: Random): Load => {
  const at = random.between(0.2, 0.7);
  const height = random.between(0.004, 0.012);
  const peak = random.between(0, 24);
  return (time) => at + height * Math.cos(((hourOf(time) - peak) * Math.PI) / 12);
};
