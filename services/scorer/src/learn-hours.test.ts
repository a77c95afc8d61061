import { describe, expect, test } from 'vitest';
import { baseline, dailyPattern, learnHours } from './learn-hours.ts';
import { hourly } from './testing/hourly.ts';

const daily = (h: number) => (h % 24 >= 9 && h % 24 < 12 ? 0.8 : 0.2);
const peaksOf = (history: ReturnType<typeof hourly>, timezone: string, hour = 10) =>
  dailyPattern(learnHours(history, timezone), hour);

describe('hours of the day', () => {
  test('have a mean and a deviation over the days that saw them', () => {
    const seen = [0.2, 0.4, undefined, 0.6];
    const hours = learnHours(
      hourly(24 * 4, (h) => (h % 24 === 5 ? seen[Math.floor(h / 24)] : h === 7 ? 0.9 : undefined)),
      'UTC',
    );
    const [five, seven, eight] = [hours[5]!, hours[7]!, hours[8]!];
    expect(five).toEqual({
      days: 3,
      cpu_mean: expect.closeTo(0.4, 9),
      cpu_sd: expect.closeTo(0.2, 9),
      mem_mean: expect.closeTo(0.2, 9),
      mem_sd: expect.closeTo(0.1, 9),
    });
    expect(seven).toEqual({ days: 1, cpu_mean: 0.9, cpu_sd: 0, mem_mean: 0.45, mem_sd: 0 });
    expect(eight).toEqual({ days: 0, cpu_mean: 0, cpu_sd: 0, mem_mean: 0, mem_sd: 0 });
  });

  test.each([
    ['UTC', 0, [9, 10, 11]],
    ['Europe/Paris', 0, [10, 11, 12]],
    ['Asia/Tokyo', 0, [18, 19, 20]],
    ['UTC, from noon on', 12, [0, 21, 22, 23]],
  ])('are those of the clock on the wall: %s', (zone, later, peak) => {
    const history = hourly(24 * 6 + 5, (h) => (later > 0 && h % 24 === 12 ? 0.8 : daily(h)));
    expect(peaksOf({ ...history, first_hour: history.first_hour + later }, zone.split(',')[0]!).peak_hours).toEqual(
      peak,
    );
  });

  test('go with the clock where it is changed', () => {
    const saturday = Date.UTC(2026, 2, 28) / 3_600_000;
    const history = hourly(48, (h) => (h % 24 === 8 ? 0.9 : 0.1), saturday);
    const busy = learnHours(history, 'Europe/Paris').flatMap(({ cpu_mean }, hour) => (cpu_mean > 0.3 ? [hour] : []));
    expect(busy).toEqual([9, 10]);
  });
});

describe('a baseline', () => {
  const hours = learnHours(
    hourly(24 * 5, (h) => (h % 24 === 3 ? 0.5 : h % 24 === 4 ? 0.3 + 0.1 * Math.floor(h / 24) : 0.2)),
    'UTC',
  );
  test('says how unusual a reading is, and takes what never varies for not quite exact', () => {
    expect(baseline(hours, 3, 0.56, 0.23)).toMatchObject({
      cpu_sigma: expect.closeTo(3, 9),
      mem_sigma: expect.closeTo(-1, 9),
    });
    const spread = Math.sqrt(0.1 / 4);
    expect(baseline(hours, 4, 0.5 + 2 * spread, 0.25 - spread)).toMatchObject({
      cpu_mean: expect.closeTo(0.5, 9),
      cpu_sd: expect.closeTo(spread, 9),
      cpu_sigma: expect.closeTo(2, 9),
      mem_sigma: expect.closeTo(-2, 9),
    });
  });
  test('is founded on five days', () => {
    const four = learnHours(hourly(24 * 5 - 1, daily), 'UTC');
    expect([22, 23].map((hour) => baseline(four, hour, 0, 0).founded)).toEqual([true, false]);
  });
});

describe('a daily pattern', () => {
  const row = (cpu_mean: number, cpu_sd = 0, days = 3) => ({ days, cpu_mean, cpu_sd, mem_mean: 0, mem_sd: 0 });
  const day = (...parts: [number, ReturnType<typeof row>][]) => parts.flatMap(([n, one]) => Array(n).fill(one));
  test.each<[string, ReturnType<typeof row>[], number[]]>([
    ['what stands out', day([20, row(0.1)], [1, row(0.9)], [3, row(0.1)]), [20]],
    ['what nearly does beside a higher one', day([20, row(0.1)], [1, row(0.9)], [3, row(0.4)]), [20]],
    ['two heights that both do', day([20, row(0.1)], [1, row(0.9)], [3, row(0.6)]), [20, 21, 22, 23]],
    ['little more than the mean', day([12, row(0.2)], [8, row(0.34)], [4, row(0.4)]), [20, 21, 22, 23]],
    ['less than a day varies by', day([20, row(0.2)], [4, row(0.34)]), []],
    ['what differs from day to day', day([20, row(0.1)], [2, row(0.9, 0.7)], [2, row(0.9, 0.6)]), [22, 23]],
    ['two days', day([23, row(0.1)], [1, row(0.9, 0, 2)]), []],
  ])('%s', (_, hours, peak) => {
    const pattern = dailyPattern(hours, 22);
    const means = hours.map(({ cpu_mean }) => cpu_mean);
    expect(pattern).toEqual({
      peak_hours: peak,
      in_peak: peak.includes(22),
      spread: expect.closeTo(Math.max(...means) - Math.min(...means), 9),
      days: Math.min(...hours.map(({ days }) => days)),
    });
  });
});
