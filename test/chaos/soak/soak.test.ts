import { expect, it } from 'vitest';
import { playInAnyOrder } from './any-order.ts';
import { fitGrowth } from './fit-growth.ts';
import { tellSoak } from './tell-soak.ts';

const options = {
  seed: 3,
  size: { nodes: 4, guests: 60 },
  hours: 2,
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
  ['grows by a mebibyte an hour', (hour: number) => 491 + hour, 0.018 / 0.506],
])('memory that %s', (_, mib, growth) => {
  const points = Array.from({ length: 109 }, (_, i) => ({ hour: 6 + i / 6, mib: mib(6 + i / 6) }));
  expect(fitGrowth(points, 18)).toBeCloseTo(growth, 3);
});
