import { describe, expect, test } from 'vitest';
import { costBenefitRatio, emptyPath, learnPath, migrationCost } from './cost.ts';
import { aConfig, aGuest, GiB } from './sample-cluster.ts';

const config = aConfig().cost_model;

describe('migrationCost', () => {
  test('by the priors: overhead and occupied memory over the link, dirty rounds on top', () => {
    const cost = migrationCost(aGuest(1, 'a', { mem: 8 * GiB, maxmem: 16 * GiB }), config);
    const least = 6 + (8 * 1024) / 112;
    expect(cost.duration_seconds.expected).toBeGreaterThan(least);
    expect(cost.duration_seconds.expected).toBeLessThan(least * 1.3);
    expect(cost.duration_seconds.low).toBeLessThan(least);
    expect(cost.restart).toBe(false);
  });
  test.each([
    ['more memory in use', { mem: 3 * GiB }],
    ['local disks', { constraints: { ...aGuest(1, 'a').constraints!, local_disk_bytes: 50 * GiB } }],
    ['more writing', { cpu: 1 }],
  ])('costs more with %s', (_, change) => {
    const [less, more] = [migrationCost(aGuest(1, 'a'), config), migrationCost(aGuest(1, 'a', change), config)];
    expect(more.duration_seconds.expected).toBeGreaterThan(less.duration_seconds.expected);
    expect(more.points).toBeGreaterThan(less.points);
  });
  test('a container pays for the time that it is away', () => {
    const [vm, ct] = [migrationCost(aGuest(1, 'a'), config), migrationCost(aGuest(2, 'a', { type: 'lxc' }), config)];
    expect(ct.restart).toBe(true);
    expect(ct.downtime_seconds.expected).toBeGreaterThanOrEqual(20);
    expect(ct.points).toBeGreaterThan(10 * vm.points);
  });
  test('learns its path: within 10 % after 20 transfers over a link of another speed', () => {
    const real = (gib: number) => 11 + gib * 2.5;
    const errors: number[] = [];
    let path = emptyPath;
    for (let i = 0; i < 40; i++) {
      const mem = (1 + ((i * 7) % 16)) * GiB;
      const cost = migrationCost(aGuest(1, 'a', { mem, maxmem: 32 * GiB, cpu: 0.1 }), config, { path });
      const seconds = real(cost.bytes / GiB);
      const predicted = cost.duration_seconds.expected;
      if (i >= 20) errors.push(Math.abs(predicted / seconds - 1));
      path = learnPath(path, { bytes: cost.bytes, seconds, predicted_seconds: predicted });
    }
    expect(errors.reduce((sum, e) => sum + e, 0) / errors.length).toBeLessThan(0.1);
  });
  test('the ratio is points times hours over price', () => {
    expect(costBenefitRatio(10, 12, 60)).toBe(2);
    expect(costBenefitRatio(10, 12, 0)).toBe(1000);
  });
});
