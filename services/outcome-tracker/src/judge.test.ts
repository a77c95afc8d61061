import { residentsOf } from '@evenkeel/model';
import { describe, expect, test } from 'vitest';
import { beginWatch } from './begin-watch.ts';
import { count } from './count.ts';
import { judge } from './judge.ts';
import { completed, prices, sampleAt } from './testing/scenes.ts';
import { unmeasured } from './track.ts';

test('a move that was undone is not judged, whatever was seen of it', () => {
  const begun = beginWatch(completed());
  const load = { cpu: 0.5, mem: 0.5, assigned: 0.5 };
  const sums = { source: load, target: load };
  const so_far = { samples: 1, as_is: sums, stayed: sums, pressure: { source: 0, target: 0 } };
  const said = judge({ ...begun, so_far }, '5m', { at: begun.completed_at, prices });
  expect(said).toHaveProperty('verdict');
  const watched = unmeasured({ ...begun, so_far });
  expect(judge(watched, '5m', { at: watched.completed_at, closed_early: 'brought back', prices })).not.toHaveProperty(
    'verdict',
  );
  expect(Object.keys(watched.open)).toEqual(['5m', '1h', '24h']);
});

test('a way back counts as mandatory: it was not chosen for what it brings', () => {
  const data = completed();
  const back = { ...data, migration: { ...data.migration, parent_id: 'm-0' } };
  expect(beginWatch(data).mandatory).toBe(undefined);
  expect(beginWatch(back).mandatory).toBe(true);
});

test.each([true, undefined])('an outcome says whether its move was mandatory: %s', (mandatory) => {
  const watched = { ...beginWatch(completed()), ...(mandatory && { mandatory }) };
  expect(judge(watched, '5m', { at: watched.completed_at, prices }).mandatory).toBe(mandatory);
});

describe('the CPU that was foretold of the target', () => {
  const next = { expected: 0.4, low: 0.3, high: 0.5 };
  const watch = (target_guests = residentsOf(sampleAt(0), 'n2')) => {
    const done = completed();
    done.migration.expected.cpu_in_an_hour = { source: next, target: next, target_guests };
    return beginWatch(done);
  };
  const seen = (watched: ReturnType<typeof watch>, ...seconds: number[]) =>
    seconds.reduce((w, s) => count(w, sampleAt(s, { n2: { cpu: 0.45 } })), watched);
  const told = (watched: ReturnType<typeof watch>, horizon: '5m' | '1h' | '24h') =>
    judge(watched, horizon, { at: watched.completed_at, prices }).target_cpu;

  test('is held against the mean of the same half hour', () => {
    expect(told(seen(watch(), 60, 2400, 3000), '1h')).toEqual({ predicted: next, actual: expect.closeTo(0.45) });
  });
  test('says nothing of other times', () => {
    const watched = seen(watch(), 60, 2400, 80_000);
    expect(told(watched, '5m')).toEqual({ actual: expect.closeTo(0.45) });
    expect(told(watched, '24h')).toEqual({ actual: expect.closeTo(0.45) });
  });
  test('says nothing once other guests run there than were counted on', () => {
    expect(told(seen(watch(1), 60, 2400), '1h')).toEqual({ actual: expect.closeTo(0.45) });
  });
});
