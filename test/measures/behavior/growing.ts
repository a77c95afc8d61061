import type { Load, Random } from '@evenkeel/profiler/testing';
import { dayMs, hourOf, wander } from './time.ts';

type Course = (age: number) => number;

/** Loads that rise by well over 5 points in 48 hours: evenly, ever faster, in stairs, lately only, and with a day or lingering noise on top. */
export function drawGrowing(random: Random, start: number, days: number): Load {
  const from = random.between(0.03, 0.3);
  const course = random.pick([evenly, faster, stairs, lately])(random, days, from);
  const over = random.pick([bare, ripple, lingering])(random, start);
  return (time) => Math.min(1, from + course((time - start) / dayMs) + over(time));
}

const most = (days: number, from: number): number => Math.min(0.1, (0.95 - from) / days);

const evenly = (random: Random, days: number, from: number): Course => {
  const perDay = random.between(0.032, most(days, from));
  return (age) => perDay * age;
};

/** So much a day at the middle of the week, half of it at its start and one and a half at its end. */
const faster = (random: Random, days: number, from: number): Course => {
  const perDay = random.between(0.04, most(days, from));
  return (age) => perDay * (0.5 * age + (0.5 * age * age) / days);
};

const stairs = (random: Random, days: number, from: number): Course => {
  const perDay = random.between(0.035, most(days, from));
  const perStair = random.pick([2, 3, 4, 6]);
  return (age) => (perDay * Math.floor(age * perStair)) / perStair;
};

/** Flat for two or three days, and growing ever since. */
const lately = (random: Random, days: number): Course => {
  const since = random.between(2, 3);
  const perDay = random.between(0.05, 0.6 / (days - since));
  return (age) => perDay * Math.max(0, age - since);
};

const bare = (): Load => () => 0;

const ripple = (random: Random): Load => {
  const [height, peak] = [random.between(0, 0.03), random.between(0, 24)];
  return (time) => height * Math.cos(((hourOf(time) - peak) * Math.PI) / 12);
};

const lingering = (random: Random, start: number): Load =>
  wander(random, start, { sd: random.between(0.005, 0.02), hours: random.between(0.5, 4) });
