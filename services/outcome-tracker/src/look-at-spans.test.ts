import type { MigrationSpan } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { describe, expect, test } from 'vitest';
import { lookAtSpans } from './look-at-spans.ts';

const at = (seconds: number) => iso(1_767_225_600_000 + seconds * 1000);
const hour = 3600;

/** A migration that began at 0 and was to be over after ten minutes, of which no end is known. */
const running = (id: string, more: Partial<MigrationSpan> = {}): MigrationSpan => ({
  migration_id: id,
  guest: `qemu/${id}`,
  source_node: `s${id}`,
  target_node: `t${id}`,
  expires_at: at(10),
  deadline_at: at(600),
  limit: 2,
  starts: [{ at: at(0), upid: `UPID:${id}` }],
  ends: [],
  ...more,
});
const begun = (seconds: number) => ({
  starts: [{ at: at(seconds), upid: `UPID:${seconds}` }],
  deadline_at: at(seconds + 600),
});

/** Looks at these times, each on what the look before left. */
function look(spans: MigrationSpan[], times: number[]) {
  const kept = new Map(spans.map((span) => [span.migration_id, span]));
  const said = times.map((time) => {
    const { broken, changed, forgotten } = lookAtSpans([...kept.values()], at(time));
    for (const span of changed) kept.set(span.migration_id, span);
    for (const id of forgotten) kept.delete(id);
    return broken.map(({ invariant, migration_ids }) => `${invariant} ${migration_ids.join('+')}`);
  });
  return { said, kept: [...kept.keys()] };
}

describe('what runs at once alarms while it runs, once', () => {
  const other = running('2');
  test.each<[string, MigrationSpan[], number, string[]]>([
    [
      'one guest in two',
      [running('1'), running('2', { guest: 'qemu/1', ...begun(20) })],
      60,
      ['one_move_per_guest 1+2'],
    ],
    ['two from one node', [running('1'), running('2', { source_node: 's1' })], 60, ['within_limits 1+2']],
    ['more than the limit', [running('1'), other, running('3')], 60, ['within_limits 1+2+3']],
    ['nothing: as many as may', [running('1'), other], 60, []],
    ['nothing: the first was to be over', [running('1'), running('2', { guest: 'qemu/1', ...begun(600) })], 900, []],
    [
      'nothing: by when it was to be over is not known',
      [running('1', { deadline_at: undefined }), running('2', { guest: 'qemu/1' })],
      60,
      [],
    ],
  ])('%s', (_, spans, time, broken) => {
    expect(look(spans, [time, time + 30, time + 60]).said).toEqual([broken, [], []]);
  });
});

test('what has begun within the skew of clocks proves nothing yet', () => {
  const spans = [running('1'), running('2', { guest: 'qemu/1', ...begun(58) })];
  expect(look(spans, [60, 63, 64]).said).toEqual([[], [], ['one_move_per_guest 1+2']]);
});

describe('a migration without an end', () => {
  const day = 600 + 24 * hour;
  test('is broken a day after it was to be over, once it is seen so for an hour, and forgotten with that', () => {
    const times = [600, day, day + 30, day + 30 + hour - 1, day + 30 + hour, day + 2 * hour];
    expect(look([running('1')], times)).toEqual({ said: [[], [], [], [], ['one_end 1'], []], kept: [] });
  });

  test('is not where all stood still meanwhile: its end may be on its way', () => {
    expect(look([running('1')], [60, 72 * hour, 72 * hour + 60])).toEqual({ said: [[], [], []], kept: ['1'] });
  });

  test('counts from its start where nobody said by when it was to be over', () => {
    const span = running('1', { deadline_at: undefined });
    expect(look([span], [24 * hour + 1, 25 * hour + 1]).said).toEqual([[], ['one_end 1']]);
  });

  test('that has an end, or never began, is none', () => {
    const spans = [
      running('1', { ends: [{ kind: 'failed', at: at(60) }] }),
      running('2', { starts: [], ends: [{ kind: 'refused', at: at(1) }] }),
    ];
    expect(look(spans, [60 * hour, 62 * hour])).toEqual({ said: [[], []], kept: ['1', '2'] });
  });
});
