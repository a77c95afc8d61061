import { aGuest, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { usagesOf } from './usage-of.ts';

const guest = aGuest(1, 'a', { cpu: 0.5, mem: GiB, maxmem: 4 * GiB });
const profile = aProfile(guest);
const cpu = { ...profile.cpu, mean: 0.4, p95: 0.7, max: 0.95, day: 0.45, hour: 0.6 };

describe('what a profile says of a guest', () => {
  test.each([
    ['the last day, and the 95th percentile', cpu, { current: 0.5, average: 0.45, peak: 0.7 }],
    ['an hour above that', { ...cpu, hour: 0.8 }, { current: 0.5, average: 0.45, peak: 0.8 }],
    ['what it uses now above both', { ...cpu, p95: 0.2, hour: 0.3 }, { current: 0.5, average: 0.45, peak: 0.5 }],
  ])('CPU: %s', (_, given, expected) => {
    expect(usagesOf(guest, { ...profile, cpu: given }).cpu).toMatchObject(expected);
  });

  test('the whole window where the last day has no data', () => {
    const { day, hour, ...older } = cpu;
    expect(usagesOf(guest, { ...profile, cpu: older }).cpu).toMatchObject({ average: 0.4, peak: 0.7 });
  });

  test.each([
    ['what is left unexplained', { residual_sd: 0.1 }, 0.75],
    ['nothing, where all of it is', { residual_sd: 0.9 }, 0],
    ['no forecast of a guest that is unknown', { behavior: 'unknown' as const }, undefined],
    ['no forecast in less than a day', { window_hours: 23 }, undefined],
  ])('forecast: %s', (_, change, accuracy) => {
    expect(usagesOf(guest, { ...profile, cpu, ...change }).cpu?.forecast_accuracy).toBe(accuracy);
  });

  test('memory is a share of what the guest has, and a VM counts its cache', () => {
    expect(usagesOf(guest, profile).memory).toEqual({ current: 0.25, average: 0.25, peak: 0.25, with_cache: true });
    expect(usagesOf({ ...guest, mem_source: 'cgroup' }, profile).memory).not.toHaveProperty('with_cache');
  });

  test('nothing of a guest that nobody has watched', () => {
    expect(usagesOf(guest, undefined)).toEqual({});
    expect(usagesOf(guest, { ...profile, samples: 0 })).toEqual({});
  });
});
