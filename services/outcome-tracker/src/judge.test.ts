import { expect, test } from 'vitest';
import { beginWatch } from './begin-watch.ts';
import { judge } from './judge.ts';
import { completed, prices } from './testing/scenes.ts';

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
