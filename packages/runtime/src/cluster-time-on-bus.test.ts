import { createMemoryBus, NoEvent } from '@evenkeel/bus';
import { clusterSampled, subjectOf } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { clusterTimeOnBus } from './cluster-time-on-bus.ts';

const noon = Date.parse('2026-07-15T12:00:00.000Z');

test.each([
  ['nothing was seen', null, 0],
  ['a look half a minute ago', -30_000, 0],
  ['a simulated cluster of another day', -9_000_000, -9_000_000],
  ['a simulated cluster that runs ahead', 600_000, 600_000],
])('a cluster has the time of the machine, or its own: %s', async (_, seen, expected) => {
  const bus = createMemoryBus();
  if (seen !== null)
    await bus.publish({
      stream: 'telemetry',
      subject: subjectOf(clusterSampled, 'lab', 'x'),
      once: false,
      event: { id: 'x', time: new Date(noon + seen).toISOString() } as never,
    });
  expect(await clusterTimeOnBus(bus, 'lab', noon)).toBe(noon + expected);
});

test('what is no event says nothing of the time', async () => {
  const last = () => Promise.reject(new NoEvent('what is stored there is no event'));
  expect(await clusterTimeOnBus({ last }, 'lab', noon)).toBe(noon);
});
