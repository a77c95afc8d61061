import { runDecided } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import type { Given } from './given.ts';
import { broken } from './laws.ts';
import { play } from './play.ts';

const constantLoad = (seed: number): Given => ({
  minutes: 200,
  cluster: {
    name: 'constant',
    nodes: ['a', 'b', 'c', 'd'].map((name, n) => ({ name, threads: n === 0 ? 32 : 16, memory_gib: 64 })),
    populate: { guests: 18, seed, layout: 'skewed', load: 'constant', cpu: 0.3 + 0.05 * seed, memory: 0.4, skew: 0.8 },
  },
});

test.each([1, 2, 3, 4, 5])('constant load comes to rest, seed %i', async (seed) => {
  const played = await play(constantLoad(seed));
  expect(await broken(played)).toEqual([]);
  const { moves } = played.simulator.inspect();
  expect(moves.length).toBeGreaterThan(0);
  expect(moves.length).toBeLessThan(18);
  expect(Math.max(...moves.map(({ ended }) => ended))).toBeLessThan(played.simulator.now() - 90 * 60_000);
  const last = played.events.filter(({ type }) => type.includes(`.${runDecided.name}.`)).at(-1)!;
  expect(last.data).toMatchObject({ status: 'no_action' });
});

test('an even cluster is remembered hour by hour although nothing moves', async () => {
  const calm = { ...constantLoad(1), minutes: 125, config: { collection: { sample_interval_seconds: 300 } } };
  const nodes = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
  const load = { kind: 'constant' as const, level: 0.5 };
  const guests = nodes.map(({ name }, n) => ({ vmid: 101 + n, name: `web-${n}`, node: name, load }));
  const { events, simulator, store } = await play({ ...calm, cluster: { name: 'calm', nodes, guests } });
  expect(simulator.inspect().moves).toEqual([]);
  expect(events.length).toBeGreaterThan(20);
  const kept = await store.all('calm', 'node_history');
  expect(Object.keys(kept).sort()).toEqual(['a', 'b', 'c', 'd']);
});
