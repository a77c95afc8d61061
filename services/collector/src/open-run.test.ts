import { iso, millis } from '@evenkeel/model';
import { expect, it } from 'vitest';
import { openRun } from './open-run.ts';

const now = millis('2025-01-01T00:15:00Z');
const config = (enabled = true) => ({
  automated_migrations: { enabled, check_interval_minutes: 5 },
  collection: { sample_interval_seconds: 30 },
});
const before = (seconds: number) => ({ run_id: 'x', opened_at: iso(now - seconds * 1000) });

it.each([
  { name: 'the first sample', last: undefined, opens: true },
  { name: 'a sample between', last: before(270), opens: false },
  { name: 'a sample on time', last: before(300), opens: true },
  { name: 'a sample a little early', last: before(299), opens: true },
  { name: 'a sample after a long sleep', last: before(86_400), opens: true },
  { name: 'a clock turned back a little', last: before(-60), opens: false },
  { name: 'a simulation begun anew', last: before(-3_600), opens: true },
])('$name opens a run: $opens', ({ last, opens }) => {
  expect(openRun(last, { cluster: 'lab', now }, config()) !== null).toBe(opens);
});

it('opens at once where somebody waits for it, and never two of one name', () => {
  const hasten = (seconds: number) => openRun(before(seconds), { cluster: 'lab', now }, config(), true);
  expect(hasten(30)).not.toBeNull();
  expect(hasten(0.5)).toBeNull();
});

it('is named after its cluster and time, and does not open where runs are off', () => {
  expect(openRun(undefined, { cluster: 'lab', now }, config())).toEqual({
    run_id: 'lab-20250101T001500Z',
    opened_at: '2025-01-01T00:15:00.000Z',
  });
  expect(openRun(undefined, { cluster: 'lab', now }, config(false))).toBeNull();
});

it('opens every tenth of samples half a minute apart, however they jitter', () => {
  let last: ReturnType<typeof openRun> = null;
  const opened: number[] = [];
  for (let i = 0; i < 100; i++) {
    const jitter = ((i * 7919) % 5) - 2;
    last = openRun(last ?? undefined, { cluster: 'lab', now: now + i * 30_000 + jitter * 1000 }, config()) ?? last;
    if (last && opened.at(-1) !== millis(last.opened_at)) opened.push(millis(last.opened_at));
  }
  expect(opened).toHaveLength(10);
});
