import type { Behavior } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { classify } from './classify.ts';
import { readHistory } from './read-history.ts';
import { cellsOf } from './testing/cells-of.ts';
import { drawLoad, type Kind } from './testing/loads.ts';
import { measure } from './testing/measure.ts';
import { type Random, random } from './testing/random.ts';

const start = Date.UTC(2026, 5, 1);
const kinds: Kind[] = ['steady', 'bursty', 'growing', 'cyclical'];

function drawLook(random: Random, interval_s: number) {
  const hole = start + random.between(0, 6) * 86_400_000;
  return {
    start,
    days: 7,
    interval_s,
    jitter: random.between(0, 0.5),
    lost: random.between(0, 0.1),
    outages: random.pick([[], [{ from: hole, to: hole + random.between(1, 10) * 3_600_000 }]]),
    noise: random.between(0.002, 0.02),
  };
}

/** How often each kind was taken for what, over series of seven days with noise, gaps and jitter. */
function confuse(): Map<string, string[]> {
  const confusion = new Map<string, string[]>();
  for (const [interval, each] of [
    [10, 3],
    [30, 8],
    [60, 15],
    [300, 40],
    [900, 40],
    [3600, 40],
  ] as const)
    for (const kind of kinds)
      for (let i = 0; i < each; i++) {
        const seed = interval * 1000 + kinds.indexOf(kind) * 100 + i;
        const chance = random(seed);
        const load = drawLoad(kind, chance, start, 7);
        const { cells, end } = measure(load, drawLook(chance, interval), chance);
        const key = `${kind} as ${classify(readHistory(cells, end)).behavior}`;
        confusion.set(key, [...(confusion.get(key) ?? []), String(seed)]);
      }
  return confusion;
}

/** They take seconds to make, and minutes on a busy machine. */
const patience_ms = 300_000;

describe('labelled series of seven days, looked at every 10 seconds to every hour', () => {
  let known: ReturnType<typeof confuse> | undefined;
  const confusion = () => (known ??= confuse());
  const count = (kind: Kind, said: Behavior) => confusion().get(`${kind} as ${said}`)?.length ?? 0;
  const total = (kind: Kind) =>
    [...confusion()].reduce((n, [key, seeds]) => n + (key.startsWith(kind) ? seeds.length : 0), 0);
  const wrong = () => [...confusion()].filter(([key]) => key.split(' as ')[0] !== key.split(' as ')[1]);

  test.each(kinds)(
    'nine in ten of what is %s',
    (kind) => {
      expect(count(kind, kind) / total(kind), JSON.stringify(wrong())).toBeGreaterThanOrEqual(0.9);
    },
    patience_ms,
  );
  test(
    'nineteen in twenty of all',
    () => {
      const right = kinds.reduce((n, kind) => n + count(kind, kind), 0);
      const all = kinds.reduce((n, kind) => n + total(kind), 0);
      expect(right / all, JSON.stringify(wrong())).toBeGreaterThanOrEqual(0.95);
    },
    patience_ms,
  );
});

/** How an hourly load is classified, looked at every five minutes with a little noise. */
function classified(cpu: (hour: number) => number, days = 7, interval_s = 300) {
  const look = { start, days, interval_s, jitter: 0.2, lost: 0.02, outages: [], noise: 0.01 };
  const { cells, end } = measure((at) => cpu((at - start) / 3_600_000), look, random(42));
  return classify(readHistory(cells, end));
}

const said = (cpu: (hour: number) => number, days?: number): Behavior => classified(cpu, days).behavior;

const dayNight = (low: number, high: number) => (hour: number) =>
  (low + high) / 2 - ((high - low) / 2) * Math.cos((hour * Math.PI) / 12);
const business = (low: number, high: number) => (hour: number) => (hour % 24 >= 8 && hour % 24 < 18 ? high : low);

describe('what a simpler classifier gets wrong', () => {
  test.each<[string, (hour: number) => number, Behavior]>([
    ['a day of 10 to 60 % does not grow', dayNight(0.1, 0.6), 'cyclical'],
    ['nor one of office hours', business(0.1, 0.6), 'cyclical'],
    ['a day of 20 to 30 % is not steady', dayNight(0.2, 0.3), 'cyclical'],
    ['nor are office hours of 20 to 30 %', business(0.2, 0.3), 'cyclical'],
    ['a guest that falls does not grow', (hour) => 0.8 - 0.004 * hour, 'steady'],
    ['a guest that grows 6 points in two days does', (hour) => 0.2 + (0.06 * hour) / 48, 'growing'],
    ['one that grows 4 points in two days does not', (hour) => 0.2 + (0.04 * hour) / 48, 'steady'],
    ['one that began to grow three days ago does', (hour) => 0.1 + 0.004 * Math.max(0, hour - 96), 'growing'],
    ['one that has grown up does not', (hour) => 0.1 + 0.004 * Math.min(80, hour), 'steady'],
    ['a step is no growth', (hour) => (hour < 70 ? 0.2 : 0.5), 'steady'],
    ['nor is one yesterday', (hour) => (hour < 150 ? 0.2 : 0.5), 'steady'],
    ['one busy afternoon is no cycle', (hour) => (hour >= 60 && hour < 65 ? 0.9 : 0.3), 'steady'],
    ['a cycle that grows is a cycle', (hour) => dayNight(0.1, 0.5)(hour) + (0.06 * hour) / 48, 'cyclical'],
    ['growth with a ripple is growth', (hour) => dayNight(0.1, 0.15)(hour) + (0.15 * hour) / 48, 'growing'],
    ['an idle guest is steady', () => 0, 'steady'],
    ['little load that doubles is noise', (hour) => (Math.floor(hour * 6) % 10 === 0 ? 0.04 : 0.01), 'steady'],
  ])('%s', (_, cpu, expected) => {
    expect(said(cpu)).toBe(expected);
  });

  test.each([30, 60, 300, 900, 3600])('growth is the same at an interval of %d s', (interval) => {
    const { behavior, trend } = classified((hour) => 0.2 + (0.07 * hour) / 48, 7, interval);
    expect([behavior, (trend.per_hour * 48).toFixed(2)]).toEqual(['growing', '0.07']);
  });
});

describe('weeks', () => {
  const weekend = (hour: number) => (Math.floor(hour / 24) % 7 < 5 ? 0.5 : 0.1);
  test('two of them show a weekly cycle, one does not', () => {
    expect(said(weekend, 14)).toBe('cyclical');
    expect(said(weekend, 7)).not.toBe('cyclical');
  });
  test('a backup on Sundays is one', () => {
    expect(said((hour) => (hour % 168 >= 150 && hour % 168 < 155 ? 0.7 : 0.1), 14)).toBe('cyclical');
  });
});

test.each([1, 1.9])('%d days are no two days of a cycle', (days) => {
  expect(said(dayNight(0.1, 0.6), days)).not.toBe('cyclical');
});

test('less than a day is unknown', () => {
  expect(said(() => 0.3, 0.9)).toBe('unknown');
});

test('of 200 random walks at most 2 are taken for cycles', () => {
  const walks = Array.from({ length: 200 }, (_, seed) => {
    const chance = random(seed);
    const step = chance.between(0.01, 0.05);
    const loads: number[] = [0.4];
    for (let hour = 1; hour <= 14 * 24; hour++)
      loads.push(Math.min(0.95, Math.max(0.02, (loads[hour - 1] as number) + step * chance.normal())));
    return said((hour) => loads[Math.floor(hour)] as number, chance.pick([3, 7, 14]));
  });
  expect(walks.filter((behavior) => behavior === 'cyclical').length).toBeLessThanOrEqual(2);
});

describe('of hours that are known to the last', () => {
  const told = (hours: number, cpu: (bucket: number) => number | undefined) =>
    classify(readHistory(cellsOf(hours, cpu), 500_000));
  const figures = ({ behavior, confidence }: ReturnType<typeof classify>) => [behavior, Number(confidence.toFixed(2))];
  const every = (n: number, high: number, low: number) => (bucket: number) => (bucket % n === 0 ? high : low);

  test.each<[string, number, (bucket: number) => number | undefined, Behavior, number]>([
    ['a week at rest is as sure as can be', 168, () => 0.25, 'steady', 1],
    ['two weeks are no surer', 336, () => 0.25, 'steady', 1],
    ['half a week counts its root', 84, () => 0.25, 'steady', 0.71],
    ['a day too', 24, () => 0.25, 'steady', 0.38],
    ['less than a day says nothing', 23, () => 0.25, 'unknown', 0],
    ['an idle guest is at rest', 168, () => 0, 'steady', 1],
    ['twice the growth that counts', 168, (b) => 0.1 + (b * 0.1) / 288, 'growing', 0.9],
    ['what grows fast is sure to', 168, (b) => 0.1 + (b * 0.2) / 288, 'growing', 1],
    ['a day that repeats itself exactly', 168, (b) => (b % 144 < 60 ? 0.6 : 0.1), 'cyclical', 1],
    ['bursts in one bucket of seven', 168, every(7, 0.81, 0.04), 'bursty', 1],
  ])('%s', (_, hours, cpu, behavior, confidence) => {
    expect(figures(told(hours, cpu))).toEqual([behavior, expect.closeTo(confidence, 1)]);
  });

  test('what is left of a day or of growth is noise alone', () => {
    expect(told(168, (b) => (b % 144 < 60 ? 0.64 : 0.09)).residual_sd).toBeCloseTo(0, 6);
    expect(told(168, (b) => 0.1 + (b * 0.2) / 288).residual_sd).toBeLessThan(0.01);
    expect(told(168, every(7, 0.81, 0.04)).residual_sd).toBeCloseTo(0.77 * Math.sqrt(6 / 49), 2);
    expect(told(12, every(2, 0.64, 0.04)).residual_sd).toBeCloseTo(0.3, 6);
  });

  test('hours that were not seen do not count', () => {
    const holed = told(336, (b) => (b % 12 < 6 ? undefined : 0.25));
    expect(holed.confidence).toBe(1);
    expect(told(40, (b) => (b < 120 ? undefined : 0.25)).behavior).toBe('unknown');
  });
});
