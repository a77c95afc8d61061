import { aConfig, aGuest } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { plan } from './plan.ts';

const load = { cpu: 0.5, mem: 0.5, penalty: 10 };
const one = { expected: 1, low: 1, high: 1 };

test.each([
  ['ten minutes at least', 20, 7200, 600],
  ['three times the upper estimate', 400.5, 7200, 1202],
  ['what the configuration allows at most', 4000, 7200, 7200],
  ['what the configuration allows, if that is little', 20, 60, 60],
])('the move is given %s', (_, high, migration_poll_timeout_seconds, expected) => {
  const { execution_steps } = plan({
    guest: aGuest(1, 'a'),
    source: 'a',
    target: 'b',
    effect: { source_before: load, source_after: load, target_before: load, target_after: load },
    cost: {
      points: 1,
      duration_seconds: { expected: high / 2, low: high / 4, high },
      downtime_seconds: one,
      bytes: 2 ** 30,
      bytes_per_second: 1e8,
      restart: false,
    },
    cores: 1,
    mem_bytes: 2 ** 30,
    target_threads: 16,
    config: aConfig({ automated_migrations: { migration_poll_timeout_seconds } }),
  });
  expect(execution_steps.find(({ action }) => action === 'live_migration')?.timeout_seconds).toBe(expected);
});
