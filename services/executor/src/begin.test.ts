import { iso, minutes } from '@evenkeel/model';
import { expect, test } from 'vitest';
import { expiry } from './begin.ts';
import { approval, t0 } from './testing/approval.ts';

test.each([
  { name: 'a sample of this minute', sampled: 0, now: 1, says: null },
  { name: 'a sample of ten minutes', sampled: -9, now: 1, says: null },
  { name: 'an old sample, however fresh the approval', sampled: -10, now: 1, says: '11 min old, 10 min at most' },
  { name: 'no time of the sample, a fresh approval', sampled: undefined, now: 1, says: null },
])('$name', ({ sampled, now, says }) => {
  const more = sampled === undefined ? {} : { sampled_at: iso(t0 + minutes(sampled)) };
  const execution = { state: 'approved' as const, migration: approval(101, 'n1', 'n2', more) };
  expect(expiry(execution, t0 + minutes(now))).toEqual(says === null ? null : `decided on a sample ${says}`);
});
