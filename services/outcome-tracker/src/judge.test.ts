import { expect, test } from 'vitest';
import { beginWatch } from './begin-watch.ts';
import { judge } from './judge.ts';
import { completed, prices } from './testing/scenes.ts';
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
