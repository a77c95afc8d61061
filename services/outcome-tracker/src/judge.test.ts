import { expect, test } from 'vitest';
import { beginWatch } from './begin-watch.ts';
import { judge } from './judge.ts';
import { completed, prices } from './testing/scenes.ts';

test.each([true, undefined])('an outcome says whether its move was mandatory: %s', (mandatory) => {
  const watched = { ...beginWatch(completed()), ...(mandatory && { mandatory }) };
  expect(judge(watched, '5m', { at: watched.completed_at, prices }).mandatory).toBe(mandatory);
});
