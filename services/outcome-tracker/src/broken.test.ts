import type { MigrationSpan } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { brokenBy, startedWhilePaused } from './broken.ts';
import { extend, outdated } from './span.ts';
import { completed } from './testing/scenes.ts';

const at = (seconds: number) => iso(1_767_225_600_000 + seconds * 1000);
/** When all of these stories are over. */
const now = Date.parse(at(3600));
let n = 0;

/** A migration of 101 from n1 to n2 that ran from 0 to 60 s, but for what is said. */
const span = (more: Partial<MigrationSpan> & { from?: number; to?: number } = {}): MigrationSpan => {
  const { from = 0, to = 60, ...rest } = more;
  const id = rest.migration_id ?? `m${++n}`;
  return {
    migration_id: id,
    guest: 'qemu/101',
    source_node: 'n1',
    target_node: 'n2',
    expires_at: at(from + 10),
    limit: 2,
    starts: [{ at: at(from), upid: `UPID:${id}` }],
    ends: [{ kind: 'completed', at: at(to), upid: `UPID:${id}` }],
    ...rest,
  };
};
const elsewhere = (vmid: number, more: Parameters<typeof span>[0] = {}) =>
  span({ guest: `qemu/${vmid}`, source_node: `s${vmid}`, target_node: `t${vmid}`, ...more });
const end = (kind: 'completed' | 'failed' | 'refused', seconds = 60) => ({ kind, at: at(seconds) });

const before = span({ identity: 'i' });
/** Moved again, approved so many seconds after the first move had begun, which took a minute; ten minutes of rest are asked. */
const rested = (seconds: number) =>
  span({ identity: 'i', approved_at: at(seconds), cooldown_minutes: 10, from: seconds + 5, to: seconds + 60 });

describe('what a pause shows', () => {
  const since = at(0);
  const paused = `paused by anna since ${since}: storage`;
  test.each<[string, number, string | undefined, number]>([
    ['a start long after it', 100, paused, 1],
    ['nothing: its request was under way', 50, paused, 0],
    ['nothing: it has been resumed since', 100, undefined, 0],
    ['nothing: it is another pause', 100, `paused by anna since ${at(90)}: again`, 0],
    ['nothing: it was seen before that', 900, paused, 0],
  ])('%s', (_, from, seen, count) => {
    const broken = startedWhilePaused([span({ from })], since, { at: at(600), ...(seen ? { paused: seen } : {}) });
    expect(broken.map(({ invariant }) => invariant)).toEqual(Array(count).fill('still_while_paused'));
  });
});

describe('what a migration breaks', () => {
  test.each<[string, string[], MigrationSpan, MigrationSpan[]]>([
    ['nothing', [], span(), []],
    ['nothing: a refusal', [], span({ starts: [], ends: [end('refused')] }), []],
    ['nothing: it still runs', [], span({ ends: [] }), [span({ from: 20 })]],
    ['nothing: one after the other', [], span(), [span({ from: 60, to: 90 })]],
    ['nothing: clocks a few seconds apart', [], span(), [span({ from: 56, to: 90 })]],
    ['the same guest twice at once', ['one_move_per_guest'], span(), [span({ from: 20, to: 90 })]],
    ['two ends', ['one_end'], span({ ends: [end('completed'), end('failed', 70)] }), []],
    ['started, and refused', ['one_end'], span({ ends: [end('refused')] }), []],
    [
      'two tasks',
      ['executed_once'],
      span({
        starts: [
          { at: at(0), upid: 'a' },
          { at: at(9), upid: 'b' },
        ],
        ends: [],
      }),
      [],
    ],
    [
      'nothing: under HA, a request and the migration that it began',
      [],
      span({
        starts: [{ at: at(0), upid: 'UPID:a:1:2:3:hamigrate:101:u:' }],
        ends: [{ ...end('completed'), upid: 'UPID:a:4:5:6:qmigrate:101:root@pam:' }],
      }),
      [],
    ],
    ['another task at its end', ['executed_once'], span({ ends: [{ ...end('completed'), upid: 'other' }] }), []],
    [
      'the task of another',
      ['executed_once'],
      span({ starts: [{ at: at(0), upid: 'a' }], ends: [] }),
      [elsewhere(7, { starts: [{ at: at(300), upid: 'a' }], ends: [] })],
    ],
    ['nothing: its request was under way', [], span({ expires_at: at(-30) }), []],
    ['a start long after it expired', ['started_in_time'], span({ expires_at: at(-90) }), []],
    ['nothing: as old a sample as may be', [], span({ sampled_at: at(-600) }), []],
    ['a sample that was too old', ['on_fresh_samples'], span({ sampled_at: at(-670) }), []],
    ['moved again too soon', ['rests_between_moves'], rested(500), [before]],
    ['nothing: it has rested', [], rested(660), [before]],
    ['nothing: it must move', [], span({ ...rested(500), cooldown_minutes: 0 }), [before]],
    ['nothing: another guest of the same number', [], span({ ...rested(500), identity: 'other' }), [before]],
    ['nothing: the move before failed', [], rested(500), [{ ...before, ends: [end('failed')] }]],
    ['nothing: as many as may', [], span(), [elsewhere(7)]],
    ['too many', ['within_limits'], span(), [elsewhere(7), elsewhere(8)]],
    ['nothing: never three at the same time', [], span(), [elsewhere(7, { to: 20 }), elsewhere(8, { from: 20 })]],
    ['nothing: one began under a higher limit', [], span({ limit: 1 }), [elsewhere(7, { limit: 3 }), elsewhere(8)]],
    [
      'too many: one began after the limit was lowered',
      ['within_limits'],
      span({ limit: 1, from: 20, to: 80 }),
      [elsewhere(7)],
    ],
    [
      'nothing: the limit was lowered while both ran',
      [],
      span({ from: 20 }),
      [elsewhere(7), elsewhere(8, { limit: 1, from: 70 })],
    ],
    ['two from one node', ['within_limits'], span(), [elsewhere(7, { source_node: 'n1' })]],
    [
      'nothing: HA moves two on one request',
      [],
      span({ migration_id: 'first', limit: 1 }),
      [span({ guest: 'qemu/7', limit: 1, along_with: 'first' })],
    ],
    [
      'nothing: HA moves three on one request',
      [],
      span({ along_with: 'first', limit: 1 }),
      [
        span({ guest: 'qemu/7', migration_id: 'first', limit: 1 }),
        span({ guest: 'qemu/8', limit: 1, along_with: 'first' }),
      ],
    ],
    [
      'beside two that HA moves on one request, from their node',
      ['within_limits', 'within_limits'],
      span({ target_node: 'n3' }),
      [span({ guest: 'qemu/7', migration_id: 'first' }), span({ guest: 'qemu/8', along_with: 'first' })],
    ],
    [
      'too many, though one goes along with one that is over',
      ['within_limits'],
      span({ limit: 1 }),
      [elsewhere(7, { limit: 1, along_with: 'over' })],
    ],
    ['two to one node', ['within_limits'], span(), [elsewhere(7, { target_node: 'n2' })]],
  ])('%s', (_, expected, one, others) => {
    const broken = brokenBy(one, others, now);
    expect(broken.map(({ invariant }) => invariant)).toEqual(expected);
    for (const { migration_ids, sentence } of broken) {
      expect(migration_ids).toContain(one.migration_id);
      expect(sentence.length).toBeGreaterThan(10);
    }
  });

  test('law: of two at once the later end finds it, whichever that is, under the same name', () => {
    const ran = fc.record({ from: fc.integer({ min: 0, max: 300 }), took: fc.integer({ min: 1, max: 300 }) });
    fc.assert(
      fc.property(ran, ran, (a, b) => {
        const [one, other] = [a, b].map(({ from, took }, i) => span({ migration_id: `m-${i}`, from, to: from + took }));
        expect(brokenBy(one!, [other!], now)).toEqual(brokenBy(other!, [one!], now));
      }),
    );
  });
});

describe('a span', () => {
  const { migration } = completed();
  const started = { kind: 'started', at: at(0), upid: 'a' } as const;

  test('grows with what is heard, and the same again changes nothing', () => {
    const begun = extend(undefined, migration, started, { limit: 3 });
    expect(begun).toMatchObject({ guest: 'qemu/101', limit: 3, starts: [{ upid: 'a' }], ends: [] });
    expect(extend(begun, migration, started, { limit: 3 })).toBe(begun);
    const ended = extend(begun, migration, { kind: 'completed', at: at(9), upid: 'a' }, { limit: 1 });
    expect(ended).toMatchObject({ limit: 3, ends: [{ kind: 'completed', upid: 'a' }] });
    expect(extend(ended, migration, { kind: 'completed', at: at(99) }, { limit: 1 })).toBe(ended);
  });

  test('knows by when it was to be over', () => {
    const begun = extend(undefined, migration, { ...started, deadline_at: at(600) }, { limit: 3 });
    expect(begun.deadline_at).toBe(at(600));
  });

  test('counts by the limit that its start names, and by that of now where it names none', () => {
    const named = extend(undefined, migration, { ...started, limit: 3 }, { limit: 1 });
    expect(named.limit).toBe(3);
    expect(extend(undefined, migration, started, { limit: 1 }).limit).toBe(1);
    const refused = extend(undefined, migration, { kind: 'refused', at: at(1) }, { limit: 1 });
    expect(extend(refused, migration, { ...started, limit: 3 }, { limit: 2 }).limit).toBe(3);
  });

  test('is forgotten a day after it was heard of last, where it has ended', () => {
    const all = { endless: span({ ends: [] }), old: span({ to: 60 }), young: span({ to: 120 }) };
    expect(outdated(all, Date.parse(at(24 * 3600 + 61)))).toEqual(['old']);
    expect(outdated(all, Date.parse(at(24 * 3600)))).toEqual([]);
  });
});
