import { expect, test } from 'vitest';
import { noteOrder } from './note-order.ts';
import { aRecommendation } from './testing/a-recommendation.ts';

const move = (vmid: number, source_node: string, target_node: string) => ({
  ...aRecommendation(),
  guest: `qemu/${vmid}` as const,
  source_node,
  target_node,
});

test('each move names those before it that touch its nodes, and no mandatory one does', () => {
  const plan = [
    move(1, 'a', 'b'),
    move(2, 'c', 'd'),
    move(3, 'b', 'c'),
    { ...move(4, 'a', 'b'), mandatory: 'drain' as const },
  ];
  expect(noteOrder(plan).map((r) => r.planned_after)).toEqual([
    undefined,
    undefined,
    [
      { guest: 'qemu/1', target_node: 'b' },
      { guest: 'qemu/2', target_node: 'd' },
    ],
    undefined,
  ]);
});

test('of many it names the nearest', () => {
  const named = noteOrder(Array.from({ length: 40 }, (_, i) => move(i, 'a', 'b')))[39]!.planned_after!;
  expect([named.length, named[0]!.guest]).toEqual([24, 'qemu/15']);
});
