import { Automation, type AutomationChange, untouched } from '@evenkeel/contracts';
import { minutes } from '@evenkeel/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { grant, noteBroken, noteFailure, refusal } from './automation.ts';
import { noon } from './testing/given.ts';

const at = (minutes: number) => new Date(noon + minutes * 60_000).toISOString();
const request = (command_id: string, change: AutomationChange) => ({ cluster: 'lab', command_id, by: 'anna', change });
const granted = (changes: AutomationChange[], from: Automation = untouched) =>
  changes.reduce((before, change, i) => grant(before, request(`c${i}`, change), { sequence: i + 1, at: at(i) }), from);

test.each<[string, AutomationChange[], object]>([
  ['a pause', [{ do: 'pause', reason: 'r' }], { pause: { since: at(0), by: 'anna', reason: 'r' } }],
  ['a pause undone', [{ do: 'pause', reason: 'r' }, { do: 'resume' }], {}],
  ['a mode', [{ do: 'mode', mode: 'observe' }], { mode: { mode: 'observe', since: at(0), by: 'anna' } }],
  [
    'a mode undone',
    [
      { do: 'mode', mode: 'observe' },
      { do: 'mode', mode: 'default' },
    ],
    {},
  ],
  [
    'one node of two drained, the other no longer',
    [
      { do: 'drain', node: 'pve1', reason: 'a' },
      { do: 'drain', node: 'pve2', reason: 'b' },
      { do: 'undrain', node: 'pve1' },
    ],
    { drained: { pve2: { since: at(1), by: 'anna', reason: 'b' } } },
  ],
  [
    'a mode does not resume',
    [
      { do: 'pause', reason: 'r' },
      { do: 'mode', mode: 'auto' },
    ],
    { pause: { by: 'anna' }, mode: { mode: 'auto' } },
  ],
])('%s', (_, changes, holds) => {
  const { revision, changed, applied, ...rest } = granted(changes);
  expect(Automation.parse(granted(changes))).toEqual(granted(changes));
  expect(rest).toMatchObject(holds);
  expect(Object.keys(rest).sort()).toEqual([...new Set(['drained', ...Object.keys(holds)])].sort());
  const n = changes.length;
  expect({ revision, changed, applied }).toEqual({
    revision: n,
    changed: { id: `c${n - 1}`, at: at(n - 1), by: 'anna' },
    applied: { sequence: n, at: at(n - 1) },
  });
});

const anyChange: fc.Arbitrary<AutomationChange> = fc.oneof(
  fc.constant<AutomationChange>({ do: 'pause', reason: '' }),
  fc.constant<AutomationChange>({ do: 'resume' }),
  fc.constantFrom('observe', 'auto', 'default').map((mode) => ({ do: 'mode', mode }) as AutomationChange),
  fc.constantFrom('pve1', 'pve2').map((node) => ({ do: 'drain', node, reason: '' }) as AutomationChange),
  fc.constantFrom('pve1', 'pve2').map((node) => ({ do: 'undrain', node }) as AutomationChange),
);

test('law: all that was asked, told once more from any place on, changes nothing', () => {
  fc.assert(
    fc.property(fc.array(anyChange, { minLength: 1, maxLength: 12 }), fc.nat(), (changes, n) => {
      const once = granted(changes);
      const again = changes
        .map((change, i) => [request(`c${i}`, change), { sequence: i + 1, at: at(i) }] as const)
        .slice(n % changes.length)
        .reduce((before, [asked, place]) => grant(before, asked, place), once);
      expect(again).toBe(once);
      changes.forEach((change, i) => {
        expect(refusal(once, request(`c${i}`, change), { sequence: i + 1, at: at(i) })).toBeNull();
      });
    }),
  );
});

test('a stream that was made anew counts from one: what comes later counts all the same', () => {
  const before = granted([{ do: 'mode', mode: 'observe' }, { do: 'resume' }]);
  expect(grant(before, request('x', { do: 'pause', reason: '' }), { sequence: 1, at: at(60) }).pause).toBeDefined();
});

test.each<[string, AutomationChange, number, boolean]>([
  ['a resume of two days ago', { do: 'resume' }, -2 * 24 * 60, false],
  ['a mode of three minutes ago', { do: 'mode', mode: 'auto' }, -3, false],
  ['a resume by a clock that is two minutes behind', { do: 'resume' }, -2, true],
  ['a pause, by whatever clock', { do: 'pause', reason: 'stop' }, -2 * 24 * 60, true],
])('%s, said behind a newer command', (_, change, minute, counts) => {
  const paused = granted([{ do: 'pause', reason: 'r' }]);
  const after = grant(paused, request('old', change), { sequence: 9, at: at(minute) });
  expect(after !== paused).toBe(counts);
  expect(refusal(after, request('old', change), { sequence: 9, at: at(minute) })).toEqual(
    counts ? null : expect.stringContaining(`${-60 * minute} s before what was asked last`),
  );
});

const failure = (n: number, pause?: { reason: string }) => ({ migration_id: `m${n}`, at: at(n), pause });

test('a failure pauses where that is asked for, a resume sets it aside, and told again it stays so', () => {
  const paused = noteFailure(untouched, failure(1, { reason: 'qemu/101 failed' }), noon + minutes(10));
  expect(paused).toMatchObject({
    revision: 1,
    pause: { by: 'evenkeel', reason: 'qemu/101 failed' },
    changed: { id: 'm1' },
    failure: { migration_id: 'm1', resumed: false },
  });
  const resumed = grant(paused, request('c', { do: 'resume' }), { sequence: 1, at: at(2) });
  expect(resumed).toMatchObject({ failure: { migration_id: 'm1', resumed: true } });
  expect(resumed.pause).toBeUndefined();
  expect(noteFailure(resumed, failure(1, { reason: 'qemu/101 failed' }), noon + minutes(10))).toBe(resumed);
  expect(noteFailure(resumed, failure(0, { reason: 'an earlier one' }), noon + minutes(10))).toBe(resumed);
  expect(noteFailure(resumed, failure(3, { reason: 'again' }), noon + minutes(10)).pause).toBeDefined();
});

test('a failure that pauses nothing is noted, and a pause by a person is not made its own', () => {
  expect(noteFailure(untouched, failure(1), noon + minutes(10))).toEqual({
    ...untouched,
    failure: { migration_id: 'm1', at: at(1), resumed: false },
  });
  const paused = granted([{ do: 'pause', reason: 'r' }]);
  expect(noteFailure(paused, failure(1, { reason: 'x' }), noon + minutes(10)).pause).toEqual(paused.pause);
});

test('a broken invariant pauses, a resume ends that, and told again it stays so', () => {
  const broken = { id: 'one_end/m1', at: at(1), reason: 'invariant one_end broken' };
  const paused = noteBroken(untouched, broken, noon + minutes(10));
  expect(paused).toMatchObject({
    revision: 1,
    pause: { by: 'evenkeel', reason: broken.reason },
    changed: { id: broken.id },
  });
  const resumed = grant(paused, request('c', { do: 'resume' }), { sequence: 1, at: at(2) });
  expect(resumed.pause).toBeUndefined();
  expect(noteBroken(resumed, broken, noon + minutes(10))).toBe(resumed);
  expect(noteBroken(resumed, { ...broken, id: 'one_end/m2', at: at(3) }, noon + minutes(10)).pause).toBeDefined();
});

test('what was noted while a clock was ahead keeps nothing later out', () => {
  const now = noon + minutes(2);
  const ahead = grant(
    noteFailure(untouched, failure(62, { reason: 'a' }), noon + minutes(62)),
    request('c', { do: 'resume' }),
    {
      sequence: 1,
      at: at(1),
    },
  );
  const next = noteFailure(ahead, failure(2, { reason: 'qemu/102 failed' }), now);
  expect(next).toMatchObject({ failure: { migration_id: 'm2', resumed: false }, pause: { reason: 'qemu/102 failed' } });
  const broken = noteBroken(untouched, { id: 'a', at: at(62), reason: 'a' }, noon + minutes(62));
  expect(noteBroken(broken, { id: 'b', at: at(2), reason: 'b' }, now).broken).toEqual({ id: 'b', at: at(2) });
});
