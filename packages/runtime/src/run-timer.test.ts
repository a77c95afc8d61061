import { Config } from '@evenkeel/contracts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { runTimer } from './run-timer.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const refused = new Error('API token is not accepted');

/** A timer of one second that does as told, with the seconds at which it ran and what was logged. */
function setUp(work: (second: number) => Error | null, busTrouble: string | null = null) {
  const ran: number[] = [];
  const logged: string[] = [];
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 100) / 10;
  const say = (level: string) => (_fields: object, message: string) => void logged.push(`${level}: ${message}`);
  const timer = runTimer(
    { seconds: () => 1, time: 'machine', handle: async () => [] },
    {
      service: 'executor',
      cluster: 'lab',
      worker: {
        tick: async () => {
          ran.push(seconds());
          const failure = work(seconds());
          if (failure) throw failure;
        },
      },
      proxmox: undefined,
      bus: { trouble: () => busTrouble },
      store: { trouble: () => null },
      configs: { current: () => ({ config: Config.parse({}), revision: '' }) },
      log: { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') },
      machine_now: () => Date.now(),
    },
  );
  return { timer, ran, logged };
}

test('what fails again and again is tried ever more seldom, at least every 30 s, and said once', async () => {
  const { timer, ran, logged } = setUp(() => refused);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(ran.length).toBeLessThan(30);
  expect(ran.slice(-3).map((at, i, all) => at - (all[i - 1] ?? at))).toEqual([0, 30, 30]);
  expect(logged).toEqual(['warn: a timer failed; it goes on']);
  expect(timer.trouble()).toBe('API token is not accepted');
  await timer.stop();
});

test('what works again runs at its interval again, which is said once', async () => {
  const { timer, ran, logged } = setUp((second) => (second < 5 ? refused : null));
  await vi.advanceTimersByTimeAsync(20_000);
  expect(ran.slice(-3).map((at, i, all) => at - (all[i - 1] ?? at))).toEqual([0, 1, 1]);
  expect(logged).toEqual(['warn: a timer failed; it goes on', 'info: the timer works again']);
  expect(timer.trouble()).toBe(null);
  await timer.stop();
});

test('another failure is said too, another number in it is not', async () => {
  const { timer, logged } = setUp((second) =>
    second < 30 ? new Error(`no answer within ${second} ms`) : new Error('connection refused'),
  );
  await vi.advanceTimersByTimeAsync(100_000);
  expect(logged).toEqual(['warn: a timer failed; it goes on', 'warn: a timer failed; it goes on']);
  await timer.stop();
});

test('where NATS or Redis is away it keeps its interval', async () => {
  const { timer, ran } = setUp(() => new Error('TIMEOUT'), 'no connection to NATS');
  await vi.advanceTimersByTimeAsync(10_500);
  expect(ran).toHaveLength(11);
  await timer.stop();
});
