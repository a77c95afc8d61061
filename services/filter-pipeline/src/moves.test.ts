import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foundMove, type GuestMoves, type MoveStage, rememberMove } from './moves.ts';

const migration = (n: number, identity = 'id-1') => ({
  migration_id: `m-${n}`,
  identity,
  source_node: `n${n}`,
  target_node: `n${n + 1}`,
});
const at = (minutes: number) => new Date(Date.parse('2026-07-15T12:00:00Z') + minutes * 60_000).toISOString();
const tell = (told: readonly (readonly [number, MoveStage])[]) =>
  told.reduce<GuestMoves | undefined>((known, [n, stage]) => rememberMove(known, migration(n), stage), undefined);

const stories: [number, MoveStage][] = [
  [1, { at: at(1), how: 'started' }],
  [1, { at: at(2), how: 'completed' }],
  [2, { at: at(61), how: 'started' }],
  [2, { at: at(62), how: 'failed', reason: 'timeout' }],
  [3, { at: at(90), how: 'refused', code: 'locked', reason: 'backup' }],
  [4, { at: at(120), how: 'started' }],
];

test('law: told twice and in any order, the answer is the same', () => {
  const expected = tell(stories);
  expect(expected?.moves.map(({ migration_id, how }) => [migration_id, how])).toEqual([
    ['m-1', 'completed'],
    ['m-2', 'failed'],
    ['m-3', 'refused'],
    ['m-4', 'started'],
  ]);
  fc.assert(
    fc.property(fc.shuffledSubarray([...stories, ...stories], { minLength: 12 }), (told) => {
      expect(tell(told)).toEqual(expected);
    }),
  );
});

test('a reused vmid starts anew', () => {
  const known = rememberMove(tell(stories), migration(9, 'id-2'), { at: at(200), how: 'started' });
  expect(known).toEqual({ identity: 'id-2', moves: [expect.objectContaining({ migration_id: 'm-9' })] });
});

test('a move by somebody else is remembered', () => {
  expect(foundMove(undefined, { from: 'a', to: 'b' }, at(0))).toEqual({
    moves: [{ at: at(0), from: 'a', to: 'b', how: 'found' }],
  });
});

test('a move by somebody else is remembered of whom it was, and of no other guest', () => {
  const found = foundMove(undefined, { from: 'a', to: 'b', identity: 'id-2' }, at(0));
  expect(found).toEqual({ identity: 'id-2', moves: [{ at: at(0), from: 'a', to: 'b', how: 'found' }] });
  expect(foundMove(tell(stories), { from: 'a', to: 'b', identity: 'id-2' }, at(0))).toEqual(found);
  expect(foundMove(found, { from: 'b', to: 'c', identity: 'id-2' }, at(1)).moves).toHaveLength(2);
  expect(foundMove({ moves: found.moves }, { from: 'b', to: 'c', identity: 'id-2' }, at(1)).moves).toHaveLength(2);
});

test('a move that was found before its end was told is one move', () => {
  const found = foundMove(undefined, { from: 'n1', to: 'n2' }, at(3));
  const told = rememberMove(found, migration(1), { at: at(2), how: 'completed' });
  expect(told.moves).toEqual([{ at: at(2), from: 'n1', to: 'n2', how: 'completed', migration_id: 'm-1' }]);
  expect(foundMove(told, { from: 'n1', to: 'n2' }, at(3))).toEqual(told);
});

test('at most 32 moves of 7 days are kept', () => {
  const many = Array.from({ length: 50 }, (_, i): [number, MoveStage] => [i, { at: at(i), how: 'completed' }]);
  expect(tell(many)?.moves).toHaveLength(32);
  expect(tell([...many, [99, { at: at(8 * 24 * 60), how: 'completed' }]])?.moves).toHaveLength(1);
});

test('of many moves the latest are kept', () => {
  const many = Array.from({ length: 50 }, (_, i): [number, MoveStage] => [i, { at: at(i), how: 'completed' }]);
  expect(tell(many)?.moves.at(-1)?.at).toBe(at(49));
  expect(tell(many)?.moves.map((move) => move.at)).not.toContain(at(0));
});
