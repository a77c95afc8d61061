import { createMemoryBus } from '@evenkeel/bus';
import { Config } from '@evenkeel/contracts';
import type { Proxmox } from '@evenkeel/proxmox';
import { beforeEach, expect, test } from 'vitest';
import { openConfigSource } from './config-source.ts';
import { defineService } from './define-service.ts';
import { type Started, start } from './start.ts';
import { plainSurroundings } from './testing/plain-surroundings.ts';

let worked: string[] = [];
let clients: string[] = [];
let broken: string[] = [];
let started: Started;

const named = (name: string, uses: object) =>
  defineService({ name, summary: '', owns: {}, reads: {}, publishes: [], ...uses }).every(
    'machine',
    () => 1,
    async ({ cluster }) => {
      worked.push(`${name}/${cluster}`);
      return [];
    },
  );

/** A client that says when it is opened and closed. */
const client = (cluster: string) => {
  if (broken.includes(cluster)) throw new Error('no token');
  clients.push(`+${cluster}`);
  const clock = () => ({ now: 0, scale: 1 });
  const close = async () => void clients.push(`-${cluster}`);
  return { clock, version: async () => ({}), close } as unknown as Proxmox;
};

const ticks = async () => {
  worked = [];
  await started.tick();
  return worked.sort();
};

beforeEach(async () => {
  [clients, broken] = [[], []];
  const bus = createMemoryBus();
  const configs = await openConfigSource(bus.ledger, Config.parse({}));
  const services = [named('looker', { uses: { proxmox: 'read' } }), named('thinker', {})];
  started = await start(services, plainSurroundings({ bus, configs, clusters: [], proxmox: client }));
});

test('clusters come and go, each with its client', async () => {
  expect(await ticks()).toEqual([]);
  await started.watch([{ name: 'east', reach: '1' }]);
  await started.watch([
    { name: 'east', reach: '1' },
    { name: 'west', reach: '1' },
  ]);
  expect(await ticks()).toEqual(['looker/east', 'looker/west', 'thinker/east', 'thinker/west']);
  await started.watch([{ name: 'west', reach: '1' }]);
  expect(await ticks()).toEqual(['looker/west', 'thinker/west']);
  expect(clients).toEqual(['+east', '+west', '-east']);
});

test('another way to a cluster is another client', async () => {
  await started.watch([{ name: 'east', reach: '1' }]);
  await started.watch([{ name: 'east', reach: '1' }]);
  await started.watch([{ name: 'east', reach: '2' }]);
  expect(await ticks()).toEqual(['looker/east', 'thinker/east']);
  expect(clients).toEqual(['+east', '-east', '+east']);
});

test('what failed to start is started at the next call, and what works goes on', async () => {
  const both = ['east', 'west'].map((name) => ({ name, reach: '1' }));
  broken = ['west'];
  await expect(started.watch(both)).rejects.toThrow('no token');
  expect(await ticks()).toContain('looker/east');
  broken = [];
  await started.watch(both);
  expect(await ticks()).toEqual(['looker/east', 'looker/west', 'thinker/east', 'thinker/west']);
});

test('once stopped nothing starts again', async () => {
  await started.watch([{ name: 'east', reach: '1' }]);
  await started.stop();
  await started.watch([{ name: 'east', reach: '1' }]);
  expect(await ticks()).toEqual([]);
  expect(clients).toEqual(['+east', '-east']);
});
