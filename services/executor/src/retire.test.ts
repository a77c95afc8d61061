import { iso } from '@evenkeel/model';
import { expect, test } from 'vitest';
import type { Ended } from './execution.ts';
import { retire } from './retire.ts';
import { approval, configOf, t0 } from './testing/index.ts';

const ended: Ended = {
  state: 'ended',
  migration: approval(101, 'n1', 'n2'),
  start: { started_at: iso(t0 - 60_000), upid: 'UPID:', adopted: false },
  ending: { kind: 'completed', at: iso(t0), reason: '', warnings: [], hold: false },
};

test.each([
  { name: 'keeps what it holds for the pause', now: 19, waited: 12, does: 'wait' },
  { name: 'lets go after the pause, though this process saw it late', now: 20, waited: 12, does: 'finish' },
  { name: 'waits no longer where a clock was set back', now: -3600, waited: 20, does: 'finish' },
  { name: 'waits for it to be said', now: 60, waited: 60, said: false, does: 'wait' },
  { name: 'waits for a guest that may be on its way', now: 60, waited: 60, hold: true, does: 'wait' },
])('$name', ({ now, waited, said = true, hold = false, does }) => {
  const times = { now: t0 + now * 1000, waited_ms: waited * 1000 };
  const from = { ...ended, ending: { ...ended.ending, hold } };
  expect(retire(from, { ...times, config: configOf(), said, rests: false })).toMatchObject({ do: does });
});
