import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { moveResident, type Residences, survivalOf } from './survival.ts';

const GiB = 2 ** 30;
const nodes = (given: Record<string, number[]>, room = 32): Residences =>
  new Map(
    Object.entries(given).map(([node, guests]) => [
      node,
      { room: room * GiB, host: 2 * GiB, guests: guests.map((g) => g * GiB) },
    ]),
  );

describe('the loss of any one node', () => {
  const lost = (given: Record<string, number[]>, room?: number) => survivalOf(nodes(given, room)).reason;
  const survived = 'the loss of any one node would be survived';
  test.each([
    ['there is room', { a: [8, 8], b: [8, 8], c: [] }, survived],
    ['there are no guests', { a: [], b: [] }, survived],
    ['there is no other node', { a: [8] }, 'the loss of a would leave 1 guest of its 1 (8 GiB) without a place'],
    ['all are full', { a: [20], b: [20] }, 'the loss of a would leave 1 guest of its 1 (20 GiB) without a place'],
    [
      'there is room in all, but not in one place',
      { a: [16], b: [10, 10], c: [10, 10] },
      'the loss of a would leave 1 guest of its 1 (16 GiB) without a place',
    ],
    ['it is cut up finely enough', { a: [8, 8], b: [10, 10], c: [10, 10] }, survived],
    [
      'the worst is named',
      { a: [9], b: [24, 1], c: [22] },
      'the loss of b would leave 1 guest of its 2 (24 GiB) without a place',
    ],
  ])('%s', (_, given, reason) => expect(lost(given as unknown as Record<string, number[]>)).toBe(reason));
});

test('a move takes a guest along, whether or not its nodes are there to take over', () => {
  const before = nodes({ a: [4, 8], b: [] });
  const sizes = (r: Residences) => [...r].map(([node, { guests }]) => [node, guests.map((g) => g / GiB)]);
  expect(sizes(moveResident(before, 'a', 'b', 8 * GiB))).toEqual([
    ['a', [4]],
    ['b', [8]],
  ]);
  expect(sizes(moveResident(before, 'away', 'b', 8 * GiB))).toEqual([
    ['a', [4, 8]],
    ['b', [8]],
  ]);
});

test('law: more room never takes survival away', () => {
  const guests = fc.array(fc.integer({ min: 1, max: 16 }), { maxLength: 5 });
  fc.assert(
    fc.property(guests, guests, guests, fc.integer({ min: 10, max: 64 }), (a, b, c, room) => {
      const [tight, wide] = [survivalOf(nodes({ a, b, c }, room)), survivalOf(nodes({ a, b, c }, room + 80))];
      expect(wide.survives || !tight.survives).toBe(true);
      expect(survivalOf(nodes({ a, b, c }, 300)).survives).toBe(true);
    }),
  );
});
