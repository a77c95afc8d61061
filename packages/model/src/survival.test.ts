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
    ['the largest find their places first', { a: [4, 4, 24], b: [6], c: [22] }, survived],
    ['each goes where it leaves least room', { a: [4, 24], b: [6], c: [22] }, survived],
    [
      'places are taken by those before',
      { a: [20, 20], b: [6], c: [14] },
      'the loss of a would leave 1 guest of its 2 (20 GiB) without a place',
    ],
    [
      'of equally bad ones the first is named',
      { c: [26], b: [26], a: [26] },
      'the loss of a would leave 1 guest of its 1 (26 GiB) without a place',
    ],
    [
      'more than one has no place',
      { a: [16, 16.26], b: [20] },
      'the loss of a would leave 2 guests of its 2 (32.3 GiB) without a place',
    ],
    ['they fit exactly, though not the largest first', { a: [5, 4, 4, 3, 2, 2], b: [10, 10], c: [10, 10] }, survived],
    ['it is cut up finely enough', { a: [8, 8], b: [10, 10], c: [10, 10] }, survived],
    [
      'the worst is named',
      { a: [9], b: [24, 1], c: [22] },
      'the loss of b would leave 1 guest of its 2 (24 GiB) without a place',
    ],
  ])('%s', (_, given, reason) => expect(lost(given as unknown as Record<string, number[]>)).toBe(reason));
});

test('what is short is short over all losses', () => {
  expect(survivalOf(nodes({ a: [20], b: [25, 1] }))).toMatchObject({ survives: false, short_bytes: 45 * GiB });
  expect(survivalOf(nodes({ a: [1], b: [2] }))).toMatchObject({ survives: true, short_bytes: 0 });
});

test.each([
  ['the largest first', { a: [4, 8, 6], b: [20], c: [22] }, 20 + 22],
  ['each where it leaves least room', { a: [8, 7, 7], b: [16], c: [22] }, 16 + 22],
])('guests of a lost node find places %s', (_, given, short) =>
  expect(survivalOf(nodes(given)).short_bytes / GiB).toBe(short),
);

test('who is nearest in size leaves', () => {
  const left = moveResident(nodes({ a: [4, 8, 12], b: [] }), 'a', 'b', 7 * GiB).get('a')?.guests;
  expect(left?.map((g) => g / GiB)).toEqual([4, 12]);
  const last = moveResident(nodes({ a: [4, 8, 12], b: [] }), 'a', 'b', 30 * GiB).get('a')?.guests;
  expect(last?.map((g) => g / GiB)).toEqual([4, 8]);
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

test('guests that were cut out of the room of the others find their places again: the largest first does for 233 of 300', () => {
  const room = fc.array(fc.integer({ min: 2, max: 9 }), { minLength: 1, maxLength: 5 });
  const cuts = fc.sample(fc.tuple(room, room), { numRuns: 300, seed: 7 });
  const all = (guests: number[]) => guests.reduce((total, g) => total + g, 0);
  const survived = cuts.filter(([b, c]) => {
    const free = (room: number) => ({ room, host: 0, guests: [] });
    const lost = { room: 100, host: 0, guests: [...b, ...c] };
    return survivalOf(
      new Map([
        ['a', lost],
        ['b', free(all(b))],
        ['c', free(all(c))],
      ]),
    ).survives;
  });
  expect(survived.length).toBe(300);
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
