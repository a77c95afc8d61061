import { createMemoryBus } from '@evenkeel/bus';
import { automationRequested, clusterSampled, subjectOf } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { clusterTime, sendCommand } from './send-command.ts';

const noon = Date.parse('2026-07-15T12:00:00.000Z');
const at = new Date(noon).toISOString();
const pause = (command_id: string) =>
  automationRequested.of({ cluster: 'lab', command_id, by: 'anna@desk', change: { do: 'pause', reason: '' } }, at);

test('a command that is sent twice is one command', async () => {
  const bus = createMemoryBus();
  expect(await sendCommand(bus, automationRequested, pause('1'))).toMatchObject({ status: 'stored' });
  expect(await sendCommand(bus, automationRequested, pause('1'))).toMatchObject({ status: 'conflict' });
  expect(await sendCommand(bus, automationRequested, pause('2'))).toMatchObject({ status: 'stored' });
  const kept = await Array.fromAsync(bus.read('commands', []), ({ event }) => event);
  expect(kept.map(({ id }) => id)).toEqual(['automation.requested/lab/1', 'automation.requested/lab/2']);
  expect(kept[0]).toMatchObject({ time: at, type: 'dev.evenkeel.automation.requested.v1' });
  expect(kept[0]).not.toHaveProperty('configrevision');
});

test('what is no command is not sent', async () => {
  const bus = createMemoryBus();
  const said = { ...pause('1'), data: { cluster: 'lab', command_id: '', by: 'x'.repeat(129), change: { do: 'stop' } } };
  await expect(sendCommand(bus, automationRequested, said)).rejects.toThrow();
  expect(await Array.fromAsync(bus.read('commands', []))).toEqual([]);
});

test.each([
  ['nothing was seen', null, 0],
  ['a look half a minute ago', -30_000, 0],
  ['a simulated cluster of another day', -9_000_000, -9_000_000],
  ['a simulated cluster that runs ahead', 600_000, 600_000],
])('the time of a command is that of the cluster: %s', async (_, seen, expected) => {
  const bus = createMemoryBus();
  if (seen !== null)
    await bus.publish({
      stream: 'telemetry',
      subject: subjectOf(clusterSampled, 'lab', 'x'),
      once: false,
      event: { id: 'x', time: new Date(noon + seen).toISOString() } as never,
    });
  expect(await clusterTime(bus, 'lab', noon)).toBe(new Date(noon + expected).toISOString());
});
