import type { Load, Random } from '@evenkeel/profiler/testing';
import { apart, dayOf, hourMs, hourOf, minuteMs, wander } from './time.ts';

/** 0..1 at a time. */
type Shape = (time: number) => number;

/** Loads that follow the day: waves, office hours (on weekdays or on all days), jobs at night, several peaks, a rise and fall, a job every few hours. */
export function drawCyclical(random: Random, start: number): Load {
  const base = random.between(0.02, 0.3);
  const height = random.between(0.12, 0.65);
  const shape = random.pick([wave, office, office, nightly, peaks, saw, everyFewHours])(random);
  const size = perDay(random, () => random.between(0.8, 1.2));
  const noise = random.pick([() => 0, wander(random, start, { sd: 0.012, hours: random.between(0.5, 3) })]);
  return (time) => Math.min(1, base + height * size(time) * shape(time) + noise(time));
}

/** One draw a day, the same whenever that day is asked about. */
function perDay(random: Random, draw: () => number): (time: number) => number {
  const drawn = new Map<number, number>();
  for (let day = -1; day < 20; day++) drawn.set(day, draw());
  const zone = Math.floor(random.between(0, 24)) * hourMs;
  let first: number | undefined;
  return (time) => {
    first ??= dayOf(time + zone);
    return drawn.get(dayOf(time + zone) - first) ?? 1;
  };
}

const wave = (random: Random): Shape => {
  const peak = random.between(0, 24);
  return (time) => 0.5 + 0.5 * Math.cos(((hourOf(time) - peak) * Math.PI) / 12);
};

/** Eight to ten hours, with slopes of an hour, in some zone; on five or all seven days. */
const office = (random: Random): Shape => {
  const [opens, lasts] = [random.between(0, 24), random.between(8, 10)];
  const weekend = random.pick([1, 1, random.between(0, 0.3)]);
  return (time) => {
    const since = (hourOf(time) - opens + 24) % 24;
    const open = Math.max(0, Math.min(1, since, lasts - since));
    return (dayOf(time - opens * hourMs) + 4) % 7 >= 5 ? weekend * open : open;
  };
};

/** A job of one to three hours that begins within a quarter of an hour of its time. */
const nightly = (random: Random): Shape => {
  const [begins, lasts] = [random.between(0, 24), random.between(1, 3)];
  const late = perDay(random, () => random.between(-15, 15) * minuteMs);
  return (time) => {
    const since = (hourOf(time - late(time)) - begins + 24) % 24;
    return since < lasts ? 1 : 0;
  };
};

const peaks = (random: Random): Shape => {
  const hours = Array.from({ length: random.pick([2, 3]) }, () => ({
    at: random.between(0, 24),
    high: random.between(0.6, 1),
    wide: random.between(1, 2.5),
  }));
  return (time) => Math.max(...hours.map((p) => p.high * Math.exp(-((apart(hourOf(time), p.at) / p.wide) ** 2))));
};

const saw = (random: Random): Shape => {
  const zero = random.between(0, 24);
  return (time) => ((hourOf(time) - zero + 24) % 24) / 24;
};

/** A job of an hour or so every six, eight or twelve hours. */
const everyFewHours = (random: Random): Shape => {
  const [period, lasts] = [random.pick([6, 8, 12]), random.between(1, 2)];
  const zero = random.between(0, 24);
  return (time) => ((time - zero * hourMs) % (period * hourMs) < lasts * hourMs ? 1 : 0);
};
