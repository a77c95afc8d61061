import { GuestProfile } from '@evenkeel/contracts';
import { isWeekHour } from '@evenkeel/model';
import { describe, expect, test } from 'vitest';
import { cpuCode, encodeCell, hourMs, unseen } from './cell.ts';
import { conclude } from './conclude.ts';
import { localHours } from './local-hours.ts';

const end = Date.UTC(2026, 6, 15) / hourMs;
const zone = (timezone: string) => localHours(end - 400, 401, timezone);

/** Hours before `end`: CPU and MiB of each, counted from the oldest; undefined where nothing was seen. */
function history(hours: number, cpu: (hour: number) => number | undefined, mib: (hour: number) => number = () => 1024) {
  const cell = (hour: number) => {
    const load = cpu(hour);
    const code = load === undefined ? unseen : cpuCode(load);
    return encodeCell({ cpu: Array(6).fill(code), mem: load === undefined ? undefined : mib(hour), samples: 12 });
  };
  return Array.from({ length: hours }, (_, hour) => cell(hour)).join('');
}

const of = (cells: string, timezone = 'UTC') => {
  const conclusion = conclude(cells, end, zone(timezone));
  return GuestProfile.parse({ guest: 'qemu/100', ...conclusion });
};

const noon = (hour: number) => (hour % 24 === 12 ? 0.6 : 0.1);

test('nothing seen, no conclusion', () => {
  expect(conclude('', end, zone('UTC'))).toBeUndefined();
  expect(
    conclude(
      history(30, () => undefined),
      end,
      zone('UTC'),
    ),
  ).toBeUndefined();
});

test('each figure of a guest at rest', () => {
  const profile = of(history(336, () => 0.25));
  expect(profile).toMatchObject({
    behavior: 'steady',
    confidence: 1,
    window_hours: 336,
    cpu_growth_per_day: 0,
    mem_growth_per_day: 0,
  });
  expect(profile.cpu).toEqual({ min: 0.25, max: 0.25, mean: 0.25, p95: 0.25, sd: 0, day: 0.25, week: 0.25 });
  expect(profile.mem.mean / 2 ** 30).toBeCloseTo(1, 2);
  expect(profile.residual_sd).toBe(0);
  expect(profile.samples).toBe(336 * 12);
});

test('day and week are means of the last day and week', () => {
  const { cpu } = of(history(336, (hour) => (hour >= 312 ? 0.8 : hour >= 168 ? 0.4 : 0.1)));
  expect(cpu.day).toBeCloseTo(0.8, 2);
  expect(cpu.week).toBeCloseTo((0.8 + 6 * 0.4) / 7, 2);
  expect(cpu).toMatchObject({ min: expect.closeTo(0.1, 2), max: expect.closeTo(0.8, 2) });
});

describe('hours of the day', () => {
  test.each([
    ['UTC', 12],
    ['Europe/Berlin', 14],
    ['America/New_York', 8],
  ])('are those of %s', (timezone, peak) => {
    const profile = of(history(168, noon), timezone);
    expect(profile.behavior).toBe('cyclical');
    expect(profile.period_hours).toBe(24);
    expect(profile.hourly_cpu?.map((cpu) => cpu > 0.3)).toEqual(Array.from({ length: 24 }, (_, hour) => hour === peak));
  });
  test('of recent days weigh more', () => {
    const cpu = of(history(336, (hour) => (hour < 168 ? 0.2 : 0.6))).hourly_cpu as number[];
    expect(Math.min(...cpu)).toBeGreaterThan(0.45);
  });
  test('are told once each was seen', () => {
    expect(of(history(23, () => 0.2)).hourly_cpu).toBeUndefined();
    expect(of(history(24, () => 0.2)).hourly_cpu).toHaveLength(24);
  });
});

describe('a peak of the week', () => {
  /** Hour of the week, UTC, of an hour of two weeks that end on Wednesday 00:00. */
  const weekHour = (hour: number) => (hour + 48) % 168;
  const on = (weekday: number, from: number, to: number) => (hour: number) => {
    const at = weekHour(hour) - 24 * weekday;
    return at >= from && at < to ? 0.9 : 0.1;
  };
  const hoursOf = ({ weekly_peak }: GuestProfile) =>
    Array.from({ length: 168 }, (_, h) => h).filter((h) => weekly_peak && isWeekHour(weekly_peak.hours, h));

  test.each([
    ['the whole of Sunday', on(6, 0, 24), 'UTC', 144, 24],
    ['ten hours of Sunday', on(6, 8, 18), 'UTC', 152, 10],
    ['the same by the clock of Berlin', on(6, 8, 18), 'Europe/Berlin', 154, 10],
    ['the night to Monday', (hour: number) => Math.max(on(0, 0, 6)(hour), on(6, 20, 24)(hour)), 'UTC', 0, 10],
  ])('%s', (_, cpu, timezone, from, count) => {
    const profile = of(history(336, cpu), timezone);
    expect(profile).toMatchObject({ behavior: 'cyclical', period_hours: 168 });
    expect(profile.weekly_peak).toMatchObject({ cpu: expect.closeTo(0.9, 1), otherwise: expect.closeTo(0.1, 1) });
    expect(hoursOf(profile)).toHaveLength(count);
    expect(hoursOf(profile)[0]).toBe(from);
  });
  test('through noise that chance makes of the hours', () => {
    const noise = (hour: number) => (((hour * 7919) % 97) / 97 - 0.5) / 10;
    const profile = of(history(336, (hour) => on(6, 8, 18)(hour) + noise(hour)));
    expect(hoursOf(profile)).toEqual(Array.from({ length: 10 }, (_, i) => 152 + i));
  });
  test('is said of weekly guests only', () => {
    expect(of(history(336, noon)).weekly_peak).toBeUndefined();
    expect(of(history(336, () => 0.4)).weekly_peak).toBeUndefined();
  });
});

describe('what is left unexplained', () => {
  test('is little where the day explains it, and all of it where nothing does', () => {
    const cyclical = of(history(336, noon));
    const lone = of(history(336, (hour) => (hour === 300 ? 0.6 : 0.1)));
    expect(cyclical.residual_sd).toBeLessThan(0.1 * cyclical.cpu.sd);
    expect(lone.residual_sd).toBe(lone.cpu.sd);
  });
  test('is little around a trend', () => {
    const growing = of(history(168, (hour) => 0.1 + hour / 336));
    expect(growing.behavior).toBe('growing');
    expect(growing.cpu_growth_per_day).toBeCloseTo(2400 / 336, 0);
    expect(growing.residual_sd).toBeLessThan(0.1 * growing.cpu.sd);
  });
});

describe('memory grows by itself', () => {
  const wobble = (hour: number) => 20 * Math.sin(hour * hour);
  test.each([
    ['at rest', () => 0, 0],
    ['leaking', (hour: number) => 8 * hour, 8 * 24 * 2 ** 20],
    ['freed', (hour: number) => 2000 - 8 * hour, -8 * 24 * 2 ** 20],
    ['once more than before', (hour: number) => (hour < 100 ? 0 : 2000), 0],
    ['by day and not by night', (hour: number) => (hour % 24 < 12 ? 0 : 500), 0],
  ])('%s', (_, mib, expected) => {
    const profile = of(
      history(
        168,
        () => 0.2,
        (hour) => 4096 + mib(hour) + wobble(hour),
      ),
    );
    expect(profile.behavior).toBe('steady');
    expect(Math.abs(profile.mem_growth_per_day - expected)).toBeLessThanOrEqual(0.05 * Math.abs(expected));
  });
});

test.each([
  [6, 'unknown', 0],
  [30, 'steady', 0.42],
  [168, 'steady', 1],
])('after %d hours a guest at rest is %s with confidence %d', (hours, behavior, confidence) => {
  expect(of(history(hours, () => 0.3))).toMatchObject({ behavior, confidence });
});
