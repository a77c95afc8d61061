import { expect, test } from 'vitest';
import { createLagView } from './lag-view.ts';
import { createMetrics } from './metrics.ts';

const consumer = (pending: () => Promise<number>, name = 'scorer') => ({
  service: { name },
  cluster: { name: 'lab' },
  consumptions: new Map([['telemetry' as const, { pending }]]),
});

test('says what the server says; what it does not answer within a second is absent, and asked once', async () => {
  const metrics = createMetrics('test', { process: false });
  const view = createLagView(metrics);
  let asked = 0;
  const never = () => {
    asked += 1;
    return new Promise<number>(() => {});
  };
  const many = Array.from({ length: 20 }, (_, i) => consumer(never, `away${i}`));
  const values = async () => (await metrics.lag.get()).values.map(({ labels, value }) => [labels.service, value]);
  const began = performance.now();
  await view.refresh([consumer(async () => 7), ...many, consumer(() => Promise.reject(new Error('away')), 'broken')]);
  await view.refresh([consumer(async () => 8), ...many]);
  expect(performance.now() - began).toBeLessThan(3_000);
  expect(asked).toBe(20);
  expect(await values()).toEqual([['scorer', 8]]);
  await view.refresh([]);
  expect(await values()).toEqual([]);
});
