import type { ClusterSample, ForecastMemory } from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode, aProfile } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { checkForecasts, widthOf } from './check-forecasts.ts';

const config = aConfig();
const start = Date.UTC(2026, 6, 15, 12);

function at(minutes: number, cpu: number, guests = [101]): ClusterSample {
  const running = guests.map((vmid) => aGuest(vmid, 'a', { cpu: 0.5, maxcpu: 8 }));
  const nodes = [aNode('a', { cpu }), aNode('b')];
  return { ...aCluster(nodes, running), nodes, at: new Date(start + minutes * 60_000).toISOString() };
}
const check = (memory: ForecastMemory | undefined, sample: ClusterSample) =>
  checkForecasts(
    memory,
    sample,
    sample.guests.map((g) => aProfile(g, { residual_sd: 0.05 })),
    config,
  );
const play = (samples: ClusterSample[]) => samples.reduce<ForecastMemory | undefined>(check, undefined)!;

test('a forecast is held against the second half of its hour, and the next one is made', () => {
  const memory = play([at(0, 0.25), at(10, 0.9), at(40, 0.3), at(60, 0.4)]);
  expect(memory.at * 1000).toBe(start + 3_600_000);
  expect(memory.misses).toHaveLength(2);
  const sd = play([at(0, 0.25)]).nodes.a!.sd;
  expect(memory.misses[0]).toBeCloseTo(0.1 / sd, 1);
  expect(memory.misses[1]).toBe(0);
});

test('a node says nothing once other guests run on it, nor after a gap', () => {
  expect(play([at(0, 0.25), at(40, 0.9, [101, 102]), at(60, 0.9, [101, 102])]).misses).toHaveLength(1);
  expect(play([at(0, 0.25), at(200, 0.9)]).misses).toEqual([]);
});

test('what missed widens intervals until nine of ten hold, and nothing narrows them', () => {
  const after = (...misses: number[]) => widthOf({ at: 0, nodes: {}, misses });
  expect(widthOf(undefined)).toBe(1);
  expect(after(...Array(400).fill(0.5))).toBe(1);
  expect(after(...Array(400).fill(3.29))).toBeCloseTo(2, 1);
  expect(after(3.29)).toBeLessThan(1.1);
});

test('misses are bounded', () => {
  let memory = play([at(0, 0.25)]);
  for (let hour = 0; hour < 250; hour++)
    memory = check(check(memory, at(60 * hour + 40, 0.3)), at(60 * hour + 60, 0.3));
  expect(memory.misses.length).toBe(400);
});
