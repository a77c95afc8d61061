import { expect, it } from 'vitest';
import { playInAnyOrder } from './any-order.ts';
import { growthBetween } from './growth-between.ts';
import { tellSoak } from './tell-soak.ts';

const options = {
  seed: 3,
  size: { nodes: 4, guests: 60 },
  hours: 2,
  calm_hours: 0,
  troubles_per_hour: 40,
  sample_interval_seconds: 120,
};

it('two hours of everything that goes wrong break no promise', { timeout: 300_000 }, async () => {
  const { broken, soaked } = await tellSoak(options);
  expect(broken).toEqual([]);
  expect(soaked.heard.approved.size).toBeGreaterThan(10);
  expect(soaked.struck).toBeGreaterThan(5);
  expect([...soaked.heard.ends.values()].flat().map(({ kind }) => kind)).toContain('completed');
});

it('what is decided and known does not depend on how events arrive', { timeout: 300_000 }, async () => {
  const { compared, differing } = await playInAnyOrder(1, 30, 'kept');
  expect(differing).toEqual([]);
  expect(compared).toBeGreaterThan(50);
});

it.each([
  ['stands still', () => 500, 0],
  ['grows by a mebibyte an hour', (hour: number) => 500 + hour, 24 / 507.5],
  ['swings in between', (hour: number) => (hour > 8 && hour < 38 ? 900 : 500), 0],
])('memory that %s', (_, mib, growth) => {
  const points = Array.from({ length: 250 }, (_, i) => ({ hour: i / 6, mib: mib(i / 6) }));
  expect(growthBetween(points, 8, 40)).toBeCloseTo(growth, 3);
});
