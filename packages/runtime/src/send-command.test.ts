import { createMemoryBus } from '@evenkeel/bus';
import { automationRequested } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { sendCommand } from './send-command.ts';

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
