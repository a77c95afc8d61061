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
  describe('no more than it can use of the vCPUs that it has now, whatever it used when it had more', () => {
    const busy = { ...guest, cpu: 0.9 };
    const same = { ...aProfile(busy).cpu, max: 2.4 };
    const most = (change: object, own = busy) => {
      const p = predictGuest(own, aProfile(own, change), { ...settings, hour: 7 });
      const hours = [...(p.hourly ?? [0])].map((cores) => p.cores + cores);
      const week = p.weekly ? [...p.weekly].map((cores, h) => hours[(h % 24) % hours.length]! + cores) : [];
      return Math.max(...hours, ...week, p.cores, p.next_cores, p.peak_cores + p.margin_cores, p.cores - p.away_cores);
    };
    const cyclical = { behavior: 'cyclical', window_hours: 336 } as const;
    test.each<[string, object]>([
      ['its last hour', { cpu: { ...same, hour: 2 } }],
      ['its means', { cpu: { ...same, day: 1.5, week: 1.5 } }],
      ['its bursts', { behavior: 'bursty', cpu: { ...same, p95: 2.4 } }],
      ['the peak of its day', { ...cyclical, hourly_cpu: wave.map((cpu) => 3 * cpu), cpu: same }],
      [
        'the peak of its week',
        { ...cyclical, weekly_peak: { hours: encodeWeekHours((h) => h > 160), cpu: 2, otherwise: 1 }, cpu: same },
      ],
      ['how it varied while it was not known', { behavior: 'unknown', window_hours: 1, residual_sd: 0.6, cpu: same }],
    ])('%s', (_, change) => expect(most(change)).toBeCloseTo(4, 9));
    test('nor does it vary by more than what it has lets it', () =>
      expect(predictGuest(busy, aProfile(busy, { residual_sd: 1.2, cpu: same }), settings).sd_cores).toBeCloseTo(2, 9));
    test('what it does now is what it can', () =>
      expect(most({ cpu: { ...same, hour: 2, day: 2, week: 2 } }, { ...busy, cpu: 1.1 })).toBeCloseTo(4.4, 9));
    test('while a spread around what it always could use stands', () =>
      expect(most({ ...cyclical, hourly_cpu: wave })).toBeGreaterThan(4.2));
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

describe('what is not certain', () => {
  const z90 = 1.645;
  const near = (value: number) => expect.closeTo(value, 2);
  const of = (change = {}, more = {}, own = guest) =>
    predictGuest(own, aProfile(own, change), { ...settings, ...more });

  test.each([
    ['busy', 0.4, { cores: 3.2, sd: 1.6, next: (0.04 + 0.25 * 0.4) * 8 }],
    ['idle', 0, { cores: 0, sd: 0.8, next: 0.04 * 8 }],
  ])('of a guest that nobody has watched, %s', (_, cpu, { cores, sd, next }) => {
    const one = { ...guest, cpu, diskread: 2e6, diskwrite: 3e6, memhost: 3 * GiB };
    const expected = {
      cores: near(cores),
      peak_cores: near(cores),
      away_cores: 0,
      margin_cores: near(z90 * sd),
      sd_cores: near(sd),
      mean_sd_cores: near(sd),
      next_cores: near(cores),
      next_sd_cores: near(next),
      mem_bytes: 3 * GiB,
      io: 5e6,
    };
    const fast = { ...settings, speed_factor: 2 };
    expect(predictGuest(one, undefined, fast)).toEqual(expected);
    expect(predictGuest(one, aProfile(one, { samples: 0 }), fast)).toEqual(expected);
  });

  test.each([
    ['a day', 24, 0.1, 0.4 * Math.sqrt(0.3 + 1 / 25)],
    ['an hour', 1, 0.1, 0.4 * Math.sqrt(0.3 + 1 / 2)],
    ['a week', 168, 0.1, 0.4 * Math.sqrt(0.3 + 1 / 25)],
    ['what never varies', 24, 0, 0.02 * Math.sqrt(0.3 + 1 / 25)],
  ])('of the coming day after %s', (_, window_hours, residual_sd, mean_sd) => {
    const p = of({ window_hours, residual_sd });
    expect(p.mean_sd_cores).toBeCloseTo(mean_sd, 6);
    expect(p.sd_cores).toBeCloseTo(4 * Math.max(0.005, residual_sd), 9);
    expect(coresEstimate(p)).toEqual({
      expected: near(1.6),
      low: expect.closeTo(1.6 - z90 * Math.hypot(p.sd_cores, mean_sd), 3),
      high: expect.closeTo(1.6 + z90 * Math.hypot(p.sd_cores, mean_sd), 3),
    });
  });

  test('goes below nothing nowhere, and a burst is expected in full', () => {
    expect(coresEstimate(of({ residual_sd: 0.9 })).low).toBe(0);
    const bursty = aProfile(guest, { behavior: 'bursty' });
    bursty.cpu.p95 = 0.9;
    expect(coresEstimate(predictGuest(guest, bursty, settings)).high).toBeCloseTo(3.6, 6);
  });

  test('of an unknown one half as much again', () => {
    expect(of({ behavior: 'unknown', residual_sd: 0.1 }).margin_cores).toBeCloseTo(z90 * 1.5 * 0.4, 2);
    expect(of({ behavior: 'steady', residual_sd: 0.1 }).margin_cores).toBe(0);
  });

  test.each([
    ['as ever', 0.4, 0.4, 0],
    ['away, and likely to stay so', 0.9, 0.8, 0.5],
    ['down to nothing', 0, 0.08, -0.4],
  ])('of the next hour: %s', (_, hour, level, away) => {
    const profile = aProfile(guest, { residual_sd: 0.1 });
    profile.cpu = { ...profile.cpu, hour };
    const p = predictGuest(guest, profile, settings);
    const noise = (24 / 28) * 0.078 ** 2 + (4 / 28) * (0.04 + 0.25 * level) ** 2;
    expect(p.next_cores).toBeCloseTo(4 * level, 9);
    expect(p.next_sd_cores).toBeCloseTo(4 * Math.sqrt(noise + 0.16 * away ** 2), 9);
  });
  test('of the next hour, where a profile does not know the last one', () => {
    const { hour: _, ...cpu } = { ...aProfile(guest).cpu, day: 0.2, week: 0.2 };
    expect(predictGuest(guest, { ...aProfile(guest), cpu }, settings).next_cores).toBeCloseTo(4 * (0.2 + 0.8 * 0.2), 9);
  });
});

describe('a rhythm', () => {
  const waving = (change = {}) => {
    const profile = aProfile(guest, { hourly_cpu: wave, residual_sd: 0.2, ...change });
    profile.cpu = { ...profile.cpu, hour: 0.1, day: 0.3, week: 0.3, max: 0.8 };
    return profile;
  };
  test.each([
    ['of one day that is half chance', {}, 0.5, Math.sqrt(0.04 - 0.02)],
    ['of less than a day', { window_hours: 12 }, 0.5, Math.sqrt(0.04 - 0.02)],
    [
      'of two days',
      { window_hours: 48, residual_sd: 0.25 },
      1 - 0.03125 / 0.08,
      Math.sqrt(0.0625 - 0.08 * (1 - 0.03125 / 0.08) ** 2),
    ],
    ['that explains more than there is', { window_hours: 336 }, 1 - 0.04 / 14 / 0.08, 0.06],
    ['of one that is classed as cyclical', { behavior: 'cyclical' }, 0.8, 0.2],
  ] as const)('%s', (_, change, share, sd) => {
    const p = predictGuest(guest, waving(change), settings);
    expect([p.hourly![3]!, p.hourly![8]!]).toEqual([expect.closeTo(-0.8 * share, 6), expect.closeTo(1.6 * share, 6)]);
    expect(p.sd_cores).toBeCloseTo(4 * sd, 6);
  });
  test.each([
    ['that chance alone explains', { residual_sd: 0.3 }],
    ['of less than a tenth', { residual_sd: 0.27 }],
    ['of which not every hour was seen', { residual_sd: 0, hourly_cpu: wave.slice(1) }],
    ['of nothing', { residual_sd: 0, hourly_cpu: wave.map(() => 0.4) }],
  ])('%s is none', (_, change) => expect(predictGuest(guest, waving(change), settings).hourly).toBeUndefined());

  test('says what the next hour is, and goes on after midnight', () => {
    const late = Array.from({ length: 24 }, (_, h) => (h < 8 ? 0.7 : 0.1));
    const next = (hourly_cpu: number[], hour: number) =>
      predictGuest(guest, waving({ hourly_cpu, residual_sd: 0 }), { ...settings, hour }).next_cores;
    expect([next(wave, 6), next(wave, 7), next(late, 23)]).toEqual([0.4, 2.8, 2.8].map((c) => expect.closeTo(c, 9)));
  });

  test('is no burst on top of itself', () => {
    const bursty = waving({ residual_sd: 0, behavior: 'bursty' });
    bursty.cpu = { ...bursty.cpu, mean: 0.3, p95: 0.9 };
    const p = predictGuest(guest, bursty, settings);
    expect(p.peak_cores).toBeCloseTo(2.8, 6);
    expect(p.margin_cores).toBeCloseTo(0.8, 6);
  });

  test('takes no hour below nothing', () => {
    const falling = waving({ residual_sd: 0 });
    falling.cpu = { ...falling.cpu, hour: 0, day: 0.1, week: 0.1 };
    const p = predictGuest(guest, falling, settings);
    expect(p.cores + p.hourly![3]!).toBeGreaterThanOrEqual(0);
    expect(p.cores).toBeLessThan(0.8);
  });
});

describe('what is expected', () => {
  test.each([
    ['falls no further by growth', { behavior: 'growing', cpu_growth_per_day: -10, mem_growth_per_day: -GiB }, 1.6, 2],
    [
      'grows in CPU only where it is classed so, in memory always',
      { behavior: 'steady', cpu_growth_per_day: 10, mem_growth_per_day: GiB / 2 },
      1.6,
      3,
    ],
    ['grows by two days', { behavior: 'growing', cpu_growth_per_day: 5, mem_growth_per_day: GiB / 2 }, 2, 3],
    ['grows in memory beside a rhythm', { behavior: 'cyclical', mem_growth_per_day: GiB / 4 }, 1.6, 2.5],
    ['grows in memory beside bursts, to all it has', { behavior: 'bursty', mem_growth_per_day: 5 * GiB }, 1.6, 4],
    ['grows to all it has at most', { behavior: 'growing', cpu_growth_per_day: 50, mem_growth_per_day: GiB }, 4, 4],
  ] as const)('%s', (_, change, cores, gib) => {
    const p = predictGuest({ ...guest, diskread: 1e6, diskwrite: 2e6 }, aProfile(guest, change), settings);
    expect(p.cores).toBeCloseTo(cores, 9);
    expect(p.mem_bytes).toBe(gib * GiB);
    expect(p.io).toBe(3e6);
  });
  test('is what there is now where no window has a price', () => {
    const free = { ...prices, weight_current: 0, weight_24h: 0, weight_7d: 0 };
    expect(blend({ now: 1, day: 2, week: 3 }, free)).toBe(1);
    const profile = aProfile(guest);
    profile.cpu = { ...profile.cpu, hour: 0.9, day: 0.5, week: 0.1 };
    expect(predictGuest(guest, profile, { ...settings, prices: free }).away_cores).toBeCloseTo(4 * 0.4, 9);
  });
});
