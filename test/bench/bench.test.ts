import { findServers } from '@evenkeel/servers';
import { expect, test } from 'vitest';
import { largeSample } from './large-sample.ts';
import { timeRebuild } from './time-rebuild.ts';
import { percentile, timeRuns } from './time-runs.ts';
import { watchMemory } from './watch-memory.ts';

const servers = await findServers();
const small = { nodes: 4, guests: 60 };

test('runs are timed, and their moves are made', async () => {
  const timed = await timeRuns(small, { runs: 12, warmup: 2 });
  expect(timed.ms).toHaveLength(12);
  expect(timed.moves).toBeGreaterThan(0);
  expect(timed.largest_kib).toBeGreaterThan(1);
});

test('a sample is the same each time, and follows where its guests went', () => {
  expect(largeSample(small, 7, 'r')).toEqual(largeSample(small, 7, 'r'));
  const moved = largeSample(small, 7, 'r', new Map([['qemu/100', 'pve4']]));
  expect(moved.guests[0]).toMatchObject({ guest: 'qemu/100', node: 'pve4' });
});

test.each([
  [0.5, 2],
  [0.95, 4],
  [1, 4],
])('the %s share of four values', (share, expected) => {
  expect(percentile([4, 1, 3, 2], share)).toBe(expected);
});

test.runIf(process.platform === 'linux')('a whole process is watched while it samples a cluster', async () => {
  const memory = await watchMemory({ size: small, seconds: 3, speed: 60 });
  expect(memory.series_mib).toHaveLength(3);
  expect(memory.peak_mib).toBeGreaterThanOrEqual(memory.steady_mib);
  expect(memory.steady_mib).toBeGreaterThan(50);
});

test.skipIf(!servers.nats || !servers.redis)(
  'the way back from an emptied Redis is timed',
  { timeout: 120_000 },
  async () => {
    const rebuilt = await timeRebuild(small, 0.1);
    expect(rebuilt).toMatchObject({ samples: 12 });
    expect(rebuilt!.decisions).toBeGreaterThan(0);
    expect(rebuilt!.seconds).toBeGreaterThan(0);
  },
);
