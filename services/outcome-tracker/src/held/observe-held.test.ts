import type { HeldMove } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { surveyOf } from '../survey.ts';
import { type Scene, sampleAt } from '../testing/scenes.ts';
import { observeHeld } from './observe-held.ts';

/** Nodes of 32 threads and 128 GiB; `qemu/101` uses 4 cores and 8 GiB on n2, and n2 does not let it go to n1. */
const held = (planned_after: { guest: string; target_node: string }[] = []) =>
  ({ guest: 'qemu/101', source_node: 'n2', target_node: 'n1', planned_after }) as unknown as HeldMove;
const seen = (scene: Scene = {}, move = held()) => observeHeld(move, surveyOf(sampleAt(30, scene)));
const cpu = (looked: ReturnType<typeof seen>) =>
  looked &&
  [looked.stayed.source, looked.stayed.target, looked.as_is.source, looked.as_is.target].map((load) => load.cpu);
const near = (...values: number[]) => values.map((value) => expect.closeTo(value, 9));

describe('a move that was held back', () => {
  test('would have taken its guest from one node to the other', () => {
    expect(cpu(seen())).toEqual(near(0.5, 0.5, 0.375, 0.625));
    expect(seen()).toMatchObject({ samples: 1, pressure: { source: 0, target: 0 } });
  });
  test('comes after those that were planned before it, as far as they touch its nodes', () => {
    const after = (guest: string, target_node: string) =>
      cpu(seen({ vmids: [101, 102] }, held([{ guest, target_node }])));
    expect(after('qemu/102', 'n1')).toEqual(near(0.375, 0.625, 0.25, 0.75));
    expect(after('qemu/102', 'n3')).toEqual(near(0.375, 0.5, 0.25, 0.625));
    expect(after('qemu/102', 'n2')).toEqual(near(0.5, 0.5, 0.375, 0.625));
    expect(after('qemu/102', 'n9')).toEqual(near(0.5, 0.5, 0.375, 0.625));
    expect(after('qemu/999', 'n1')).toEqual(near(0.5, 0.5, 0.375, 0.625));
  });
  test.each<[string, Scene]>([
    ['who does not run', { guest: { status: 'stopped' } }],
    ['who is on its target already', { guest: { node: 'n1' } }],
    ['who is on a node that nobody knows', { guest: { node: 'n9' } }],
    ['who is gone', { guest: null }],
  ])('changes nothing for one %s', (_, scene) => {
    const looked = seen(scene)!;
    expect(looked.as_is).toEqual(looked.stayed);
  });
  test.each(['n1', 'n2'])('cannot be seen while %s is off', (offline) => expect(seen({ offline })).toBeNull());
  test('cannot be seen between nodes that are not known', () => {
    expect(seen({}, { ...held(), source_node: 'n9' })).toBeNull();
    expect(seen({}, { ...held(), target_node: 'n9' })).toBeNull();
  });
  test('is seen with the pressure of its nodes', () => {
    const sample = sampleAt(30);
    const pressed = (node: string, cpu_some: number) => ({ pressure: { cpu_some, memory_some: 0, io_some: 0 }, node });
    const nodes = sample.nodes.map((n) => ({
      ...n,
      ...(n.node === 'n2' ? pressed('n2', 7) : n.node === 'n1' ? pressed('n1', 3) : {}),
    }));
    expect(observeHeld(held(), surveyOf({ ...sample, nodes }))!.pressure).toEqual({ source: 7, target: 3 });
  });
});

test('a survey knows each node with its own guests, and whether it is whole', () => {
  const sample = sampleAt(30, { vmids: [101, 102] });
  const survey = surveyOf({ ...sample, guests: sample.guests.map((g, i) => (i === 0 ? { ...g, node: 'n1' } : g)) });
  expect([...survey.nodes.values()].map(({ load }) => load.assigned)).toEqual([8 / 128, 8 / 128, 0]);
  expect([...survey.guests.keys()]).toEqual(['qemu/101', 'qemu/102']);
  expect([survey.whole, surveyOf({ ...sample, problems: ['x'] }).whole]).toEqual([true, false]);
});
