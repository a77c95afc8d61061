import { iso, minutes } from '@evenkeel/model';
import { expect, test } from 'vitest';
import { expiry } from './begin.ts';
import { approval, t0 } from './testing/approval.ts';

const from = (minute: number) => iso(t0 + minutes(minute));
const old = 'decided on a sample 11 min old, 10 min at most';
const late = `approved at ${from(0)}, expired at ${from(5)}, 360 s later it had not started`;
const ahead = (seconds: number, sample = '') =>
  `approved at ${from(0)}${sample}, ${seconds} s in the future by this machine's clock: the clocks do not agree`;

test.each([
  { name: 'a sample of this minute', sampled: 0, now: 1, says: null },
  { name: 'a sample of ten minutes', sampled: -9, now: 1, says: null },
  { name: 'an old sample, however fresh the approval', sampled: -10, now: 1, says: { code: 'expired', reason: old } },
  { name: 'no time of the sample, a fresh approval', now: 1, says: null },
  { name: 'an approval of long ago', now: 6, says: { code: 'expired', reason: late } },
  { name: 'a clock that is a little behind', now: -2, says: null },
  { name: 'a clock that is an hour behind', now: -60, says: { code: 'clocks_disagree', reason: ahead(3600) } },
  {
    name: 'a sample from the future',
    sampled: 4,
    now: 1,
    says: { code: 'clocks_disagree', reason: ahead(180, ` on a sample of ${from(4)}`) },
  },
])('$name', ({ sampled, now, says }) => {
  const more = sampled === undefined ? {} : { sampled_at: from(sampled) };
  const execution = { state: 'approved' as const, migration: approval(101, 'n1', 'n2', more) };
  expect(expiry(execution, t0 + minutes(now))).toEqual(says);
});
