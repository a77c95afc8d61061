import type { Random } from './random.ts';

/** CPU (fraction) that a guest really needs at a time, epoch milliseconds. */
export type Load = (at: number) => number;
export type Kind = 'steady' | 'bursty' | 'growing' | 'cyclical';

const hour = 3_600_000;
const day = 24 * hour;

const hourOf = (at: number): number => (at % day) / hour;
const dayOf = (at: number): number => Math.floor(at / day);

/** Distance in hours round the clock. */
const apart = (a: number, b: number): number => Math.min((a - b + 24) % 24, (b - a + 24) % 24);

function steady(random: Random): Load {
  const level = random.between(0.03, 0.85);
  const ripple = random.between(0, Math.min(0.012, 0.06 * level));
  const phase = random.between(0, 24);
  return (at) => level + ripple * Math.cos(((hourOf(at) - phase) * Math.PI) / 12);
}

/** Bursts of 10 to 60 minutes that come without a clock. */
function bursty(random: Random, start: number, days: number): Load {
  const base = random.between(0.02, 0.12);
  const height = random.between(0.35, 0.85);
  const share = random.between(0.08, 0.22);
  const bursts: { from: number; to: number; height: number }[] = [];
  for (let at = start; at < start + days * day; ) {
    const length = random.between(10, 60) * 60_000;
    at += (-Math.log(1 - random.between(0, 1)) * length * (1 - share)) / share;
    bursts.push({ from: at, to: at + length, height: height * random.between(0.7, 1.2) });
    at += length;
  }
  let index = 0;
  return (at) => {
    while ((bursts[index - 1]?.to ?? 0) > at) index--;
    while ((bursts[index]?.to ?? Number.POSITIVE_INFINITY) <= at) index++;
    const burst = bursts[index];
    return burst && at >= burst.from ? Math.min(1, base + burst.height) : base;
  };
}

function growing(random: Random, start: number, days: number): Load {
  const level = random.between(0.05, 0.25);
  const perDay = random.between(0.03, Math.min(0.1, (0.95 - level) / days));
  const ripple = random.between(0, 0.012);
  const steps = random.pick([false, false, true]);
  return (at) => {
    const age = (at - start) / day;
    return level + perDay * (steps ? Math.floor(age * 2) / 2 : age) + ripple * Math.cos((hourOf(at) * Math.PI) / 12);
  };
}

type Shape = (at: number) => number;

function cyclical(random: Random): Load {
  const base = random.between(0.03, 0.3);
  const height = random.between(0.1, 0.6);
  const shape = random.pick([wave, office, nightly, twice])(random);
  const days = new Map<number, number>();
  const today = (at: number) => {
    const known = days.get(dayOf(at)) ?? random.between(0.85, 1.15);
    days.set(dayOf(at), known);
    return known;
  };
  return (at) => base + height * today(at) * shape(at);
}

const wave = (random: Random): Shape => {
  const peak = random.between(0, 24);
  return (at) => 0.5 + 0.5 * Math.cos(((hourOf(at) - peak) * Math.PI) / 12);
};

/** Weekdays from eight to five, in some zone. */
const office = (random: Random): Shape => {
  const opens = random.between(0, 24);
  const weekends = random.pick([true, false]);
  return (at) => {
    const since = (hourOf(at) - opens + 24) % 24;
    const free = !weekends && (dayOf(at - opens * hour) + 4) % 7 >= 5;
    return since < 9 && !free ? 1 : 0;
  };
};

/** A job of one to two hours a day that begins within ten minutes of its time. */
const nightly = (random: Random): Shape => {
  const begins = random.between(0.5, 4);
  const lasts = random.between(1, 2);
  const late = new Map<number, number>();
  return (at) => {
    const delay = late.get(dayOf(at)) ?? random.between(-1 / 6, 1 / 6);
    late.set(dayOf(at), delay);
    const since = hourOf(at) - begins - delay;
    return since >= 0 && since < lasts ? 1 : 0;
  };
};

const twice = (random: Random): Shape => {
  const [first, second] = [random.between(0, 24), random.between(0, 24)];
  return (at) =>
    Math.max(Math.exp(-(apart(hourOf(at), first) ** 2) / 4), 0.7 * Math.exp(-(apart(hourOf(at), second) ** 2) / 4));
};

/** A load of a kind, drawn at random. */
export function drawLoad(kind: Kind, random: Random, start: number, days: number): Load {
  if (kind === 'bursty') return bursty(random, start, days);
  if (kind === 'growing') return growing(random, start, days);
  return kind === 'cyclical' ? cyclical(random) : steady(random);
}
