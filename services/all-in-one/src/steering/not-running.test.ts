import { createMemoryBus } from '@evenkeel/bus';
import { durableOf, subjectsOf } from '@evenkeel/runtime';
import { expect, test } from 'vitest';
import { services } from '../services.ts';
import { notRunning } from './not-running.ts';

const once = { times: 2, pause_ms: 1 };

async function running(names: readonly string[]) {
  const bus = createMemoryBus();
  for (const service of services.filter(({ name }) => names.includes(name)))
    for (const [stream, subjects] of subjectsOf(service, 'lab'))
      await bus.consume({ stream, subjects, durable: durableOf(service.name, 'lab') }, (delivery) => delivery.ack());
  return bus;
}
const all = services.map(({ name }) => name);

test('all run', async () => {
  expect(await notRunning(await running(all), 'lab', once)).toEqual([]);
});

test('all but the executor, which never did', async () => {
  const bus = await running(all.filter((name) => name !== 'executor'));
  expect(await notRunning(bus, 'lab', once)).toEqual([{ service: 'executor', streams: ['decisions'] }]);
});

test('who stopped does not run; another cluster says nothing of it', async () => {
  const bus = await running(all.filter((name) => name !== 'executor'));
  const durable = durableOf('executor', 'lab');
  const was = await bus.consume({ stream: 'decisions', subjects: ['x'], durable }, (delivery) => delivery.ack());
  await bus.consume({ stream: 'decisions', subjects: ['x'], durable: durableOf('executor', 'other') }, (d) => d.ack());
  expect(await notRunning(bus, 'lab', once)).toEqual([]);
  await was.stop();
  expect((await notRunning(bus, 'lab', once)).map(({ service }) => service)).toEqual(['executor']);
});

test('a moment between two pulls is no death, and what cannot be asked is not accused', async () => {
  let asked = 0;
  expect(await notRunning({ takers: async () => (asked++ < 3 ? 0 : 1) }, 'lab', once)).toEqual([]);
  expect(await notRunning({ takers: () => Promise.reject(new Error('not allowed')) }, 'lab', once)).toEqual([]);
});
