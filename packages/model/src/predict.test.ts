import { describe, expect, test } from 'vitest';
import { blend, coresEstimate, predictGuest } from './predict.ts';
import { aConfig, aGuest, aProfile, GiB } from './sample-cluster.ts';
import { encodeWeekHours } from './week-hours.ts';

const prices = aConfig().penalty_config;
const settings = { prices, speed_factor: 1, hour: 3 };
const guest = aGuest(100, 'a', { cpu: 0.4, maxcpu: 4 });
const wave = Array.from({ length: 24 }, (_, h) => (h >= 8 && h < 16 ? 0.7 : 0.1));

describe('blend', () => {
  test.each([
    ['all windows', { now: 1, day: 2, week: 3 }, 1.7],
    ['no week', { now: 1, day: 2, week: undefined }, 1.375],
    ['now only', { now: 1, day: undefined, week: undefined }, 1],
  ])('%s', (_, means, expected) => expect(blend(means, prices)).toBeCloseTo(expected, 9));
});

describe('predictGuest', () => {
  test('steady: its mean', () => {
    const p = predictGuest(guest, aProfile(guest), settings);
    expect(p).toMatchObject({ margin_cores: 0 });
    expect([p.cores, p.peak_cores].map((c) => c.toFixed(6))).toEqual(['1.600000', '1.600000']);
  });
  test('bursty: its 95th percentile, as a margin', () => {
    const profile = aProfile(guest, { behavior: 'bursty' });
    profile.cpu.p95 = 0.9;
    expect(coresEstimate(predictGuest(guest, profile, settings)).expected).toBeCloseTo(3.6, 6);
  });
  test('growing: 48 hours of growth on top, memory never beyond what is configured', () => {
    const change = { behavior: 'growing', cpu_growth_per_day: 10, mem_growth_per_day: 3 * GiB } as const;
    const p = predictGuest(guest, aProfile(guest, change), settings);
    expect(p.cores).toBeCloseTo(2.4, 6);
    expect(p.mem_bytes).toBe(4 * GiB);
  });
  test('cyclical: its peak hour, with the phase of the moment taken out of the mean', () => {
    const profile = aProfile(guest, { behavior: 'cyclical', hourly_cpu: wave, window_hours: 14 * 24 });
    profile.cpu = { ...profile.cpu, hour: 0.1, day: 0.3, week: 0.3, max: 0.8 };
    const p = predictGuest({ ...guest, cpu: 0.1 }, profile, settings);
    expect(p.cores / 4).toBeCloseTo(0.3, 2);
    expect(p.peak_cores / 4).toBeCloseTo(0.7, 2);
    expect((p.cores + p.hourly![3]!) / 4).toBeCloseTo(0.1, 2);
  });
  describe('weekly: the peak of its week', () => {
    const sunday = encodeWeekHours((hour) => hour >= 144);
    const weekly = (change = {}) =>
      aProfile(guest, {
        behavior: 'cyclical',
        period_hours: 168,
        window_hours: 336,
        hourly_cpu: Array(24).fill(0.2),
        weekly_peak: { hours: sunday, cpu: 0.9, otherwise: 0.1 },
        ...change,
      });
    test('is what a place must have room for, the mean stays', () => {
      const p = predictGuest(guest, weekly(), settings);
      expect(p.cores / 4).toBeCloseTo(0.4, 6);
      expect(p.peak_cores / 4).toBeCloseTo(0.9, 6);
      expect([p.weekly![143], p.weekly![144], p.weekly![167]]).toEqual([0, expect.closeTo(2), expect.closeTo(2)]);
      expect(coresEstimate(p).expected).toBeCloseTo(3.6, 6);
    });
    test('comes on top of the day only by what the day has not', () => {
      const p = predictGuest(guest, weekly({ hourly_cpu: wave }), settings);
      for (const hour of [144 + 3, 144 + 12])
        expect(p.cores + p.hourly![hour % 24]! + p.weekly![hour]!).toBeCloseTo(3.6, 6);
    });
    test('counts by the speed of its node, and not where the day is higher', () => {
      expect(predictGuest(guest, weekly(), { ...settings, speed_factor: 2 }).peak_cores).toBeCloseTo(7.2, 6);
      const low = weekly({ weekly_peak: { hours: sunday, cpu: 0.3, otherwise: 0.1 } });
      expect(predictGuest(guest, low, settings).weekly).toBeUndefined();
    });
  });
  test.each([
    ['as much as growing guests do', 10, 2.4],
    ['by less than counts as growth', 2.4, 1.6],
    ['downwards', -10, 1.6],
  ])('cyclical, and grows besides: %s', (_, cpu_growth_per_day, cores) => {
    const change = { behavior: 'cyclical', cpu_growth_per_day, hourly_cpu: Array(24).fill(0.4) } as const;
    expect(predictGuest(guest, aProfile(guest, change), settings).cores).toBeCloseTo(cores, 6);
  });
  test('a single noisy day is no rhythm', () => {
    const profile = aProfile(guest, { hourly_cpu: wave.map((v) => 0.4 + (v - 0.4) * 0.1), residual_sd: 0.2 });
    expect(predictGuest(guest, profile, settings).hourly).toBeUndefined();
  });
  test('unknown: as steady with a wide margin', () => {
    const steady = predictGuest(guest, aProfile(guest), settings);
    const unknown = predictGuest(guest, aProfile(guest, { behavior: 'unknown', window_hours: 1 }), settings);
    expect(unknown.cores).toBeCloseTo(steady.cores, 9);
    expect(unknown.margin_cores).toBeGreaterThan(steady.margin_cores);
    expect(unknown.mean_sd_cores).toBeGreaterThan(steady.mean_sd_cores);
  });
  test('without a profile: what it does now, with a wide margin', () => {
    const p = predictGuest(guest, undefined, settings);
    expect(p.cores).toBeCloseTo(1.6, 9);
    expect(p.margin_cores).toBeGreaterThan(1);
  });
  test.each([
    ['as ever', { hour: 0.4, day: 0.4, week: 0.4 }, 0],
    ['high for an hour', { hour: 0.9, day: 0.4, week: 0.4 }, 1],
    ['low for an hour', { hour: 0.1, day: 0.4, week: 0.4 }, -0.6],
    ['since yesterday', { hour: 0.9, day: 0.9, week: 0.4 }, 0.4],
    ['first seen', { hour: 0.9, day: undefined, week: undefined }, 0],
  ])('away from what is usual: %s', (_, cpu, away) => {
    const profile = aProfile(guest);
    profile.cpu = { ...profile.cpu, ...cpu };
    const p = predictGuest(guest, profile, settings);
    expect(p.away_cores).toBeCloseTo(away, 6);
  });
  test('a faster node does more: cores count by its speed', () => {
    const p = predictGuest(guest, aProfile(guest), { ...settings, speed_factor: 2 });
    expect(p.cores).toBeCloseTo(3.2, 6);
  });
});
