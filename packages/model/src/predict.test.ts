import { describe, expect, test } from 'vitest';
import { blend, coresEstimate, predictGuest } from './predict.ts';
import { aConfig, aGuest, aProfile, GiB } from './sample-cluster.ts';

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
  test('[P16] steady: a busy moment is not what it is expected to do', () => {
    const p = predictGuest({ ...guest, cpu: 0.9 }, aProfile(guest), settings);
    expect([p.cores, p.peak_cores, p.next_cores].map((c) => c.toFixed(6))).toEqual([
      '1.600000',
      '1.600000',
      '1.600000',
    ]);
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
