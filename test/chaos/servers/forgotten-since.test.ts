import { expect, test } from 'vitest';
import { forgottenSince, type Remembered } from './forgotten-since.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute)).toISOString();
const tracked = (minutes: number[], more: object = {}) => ({
  source_node: 'a',
  target_node: 'b',
  identity: 'i',
  score_improvement: 9,
  confidence_score: 0.9,
  first_seen: at(minutes[0]!),
  seen: minutes.map(at),
  status: 'ready' as const,
  ...more,
});
const move = { at: at(1), from: 'a', to: 'b', how: 'completed' as const, migration_id: 'm' };
const remembered = (
  last: number,
  guests: Record<string, ReturnType<typeof tracked>>,
  more: Partial<Remembered> = {},
) => ({
  tracking: { tracking_since: at(0), last_run_id: `r${last}`, last_run_at: at(last), tracked: guests },
  moves: { 'qemu/1': { identity: 'i', moves: [move] } },
  ...more,
});
const before = remembered(5, { 'qemu/7': tracked([3, 4, 5]) });
const runs = [3, 4, 5, 6, 7].map(at);

test.each<[string, Remembered, RegExp[]]>([
  ['nothing', before, []],
  ['nothing: one run more saw it', remembered(6, { 'qemu/7': tracked([3, 4, 5, 6]) }), []],
  ['nothing: one run more did not see it', remembered(6, {}), []],
  ['nothing: one run more saw a better target', remembered(6, { 'qemu/7': tracked([6], { target_node: 'c' }) }), []],
  ['nothing that can be told: two runs more', remembered(7, { 'qemu/7': tracked([7]) }), []],
  ['all of it', { tracking: undefined, moves: {} }, [/all observations/, /qemu\/1 was moved/]],
  [
    'since when',
    { ...before, tracking: before.tracking && { ...before.tracking, tracking_since: at(5) } },
    [/observing since/],
  ],
  ['a guest', remembered(5, {}), [/qemu\/7 is no longer observed/]],
  ['the runs before', remembered(5, { 'qemu/7': tracked([5]) }), [/qemu\/7 was seen at/]],
  ['the runs before, and one run more', remembered(6, { 'qemu/7': tracked([6]) }), [/qemu\/7 was seen at/]],
  ['a move', { ...before, moves: {} }, [/qemu\/1 was moved \(completed\) from a to b/]],
  ['when it was over', { ...before, moves: { 'qemu/1': { moves: [{ ...move, at: at(0) }] } } }, [/qemu\/1 was moved/]],
])('forgotten: %s', (_, after, words) => {
  const said = forgottenSince(before, after, runs);
  expect(said).toEqual(words.map((word) => expect.stringMatching(word)));
});

test('a move that was under way may be over since', () => {
  const began = { ...before, moves: { 'qemu/1': { moves: [{ ...move, how: 'started' as const, at: at(0) }] } } };
  expect(forgottenSince(began, before, runs)).toEqual([]);
});
