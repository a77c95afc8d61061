import { AsyncLocalStorage } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { seeded } from '@evenkeel/bus';

/** A process that does not exist: it runs, stands still until a moment (as after SIGSTOP), or is no more. */
export type Life = { name: string; state: 'running' | 'stopped' | 'dead'; until: number };

export type Clock = { now: () => number; advance: (to: number) => void };

/** Told at every point that a life passes, before it goes on; may end it or let it stand still. */
export type OnPoint = (life: Life, point: string) => void;

export type Turns = {
  /** Resolves when this life's turn has come; never, where it is dead. */
  pass: (life: Life, point: string) => Promise<void>;
  /** What ends it before its time is what it returns; the alarm of a life that stands still rings when it goes on. */
  alarm: (ms: number, ring: () => void, life?: Life) => () => void;
  sleep: (ms: number, life?: Life) => Promise<void>;
  /** Stands still for so many milliseconds. */
  stop: (life: Life, ms: number) => void;
  /** Gives turns and lets time pass until `isDone` (asked once a second) or a moment; false where that came first. */
  run: (isDone: () => Promise<boolean>, until: number) => Promise<boolean>;
};

type Gate = { life: Life; open: () => void };
type Alarm = { at: number; life: Life | undefined; ring: () => void };

const everyMs = 1000;

/** Who does the next step of all that could, and when time passes: one seed, one course of things. Time only passes where nobody can do anything. */
export function createTurns(seed: number, clock: Clock, onPoint: OnPoint): Turns {
  const random = seeded(seed);
  const gates: Gate[] = [];
  const alarms = new Set<Alarm>();

  const stands = (life: Life | undefined): boolean => life?.state === 'stopped' && clock.now() < life.until;
  const alarm: Turns['alarm'] = (ms, ring, life) => {
    const one = { at: clock.now() + Math.max(0, Math.round(ms)), life, ring };
    alarms.add(one);
    return () => void alarms.delete(one);
  };
  const sleep: Turns['sleep'] = (ms, life) => new Promise((resolve) => alarm(ms, resolve, life));
  const dueAt = ({ at, life }: Alarm): number => (life?.state === 'stopped' ? Math.max(at, life.until) : at);

  const nextAlarm = (): Alarm | undefined => {
    let next: Alarm | undefined;
    for (const one of alarms) {
      if (one.life?.state === 'dead') alarms.delete(one);
      else if (!next || dueAt(one) < dueAt(next)) next = one;
    }
    return next;
  };
  const takeTurn = (): boolean => {
    const ready = gates.filter(({ life }) => !stands(life));
    const next = ready[Math.floor(random() * ready.length)];
    if (!next) return false;
    gates.splice(gates.indexOf(next), 1);
    if (next.life.state !== 'dead') next.open();
    return true;
  };

  return {
    pass: (life, point) => {
      if (life.state !== 'dead') onPoint(life, point);
      if (life.state === 'dead') return new Promise(() => {});
      return new Promise((open) => gates.push({ life, open }));
    },
    alarm,
    sleep,
    stop: (life, ms) => {
      Object.assign(life, { state: 'stopped', until: clock.now() + ms });
      alarm(ms, () => life.state === 'stopped' && Object.assign(life, { state: 'running' }));
    },
    run: async (isDone, until) => {
      let asked = Number.NEGATIVE_INFINITY;
      for (;;) {
        await setImmediate();
        if (takeTurn()) continue;
        if (clock.now() - asked >= everyMs) {
          asked = clock.now();
          if (await isDone()) return true;
          continue;
        }
        const next = nextAlarm();
        if (!next || dueAt(next) > until) return false;
        clock.advance(Math.max(dueAt(next), clock.now()));
        alarms.delete(next);
        next.ring();
      }
    },
  };
}

const whose = new AsyncLocalStorage<Life>();

/** Runs something as a part of a life: the timers that it sets are that life's. */
export const as = <T>(life: Life, work: () => T): T => whose.run(life, work);

/** While `work` runs, `setTimeout` knows only the time of these turns; what the product sets is set by whose part it is. */
export async function withTimers<T>(turns: Turns, work: () => Promise<T>): Promise<T> {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const cancels = new WeakMap<object, () => void>();
  const fake = (ring: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): object => {
    const handle = { unref: () => handle, ref: () => handle };
    cancels.set(
      handle,
      turns.alarm(ms, () => ring(...args), whose.getStore()),
    );
    return handle;
  };
  globalThis.setTimeout = fake as unknown as typeof set;
  globalThis.clearTimeout = ((handle: object) => cancels.get(handle)?.()) as unknown as typeof clear;
  try {
    return await work();
  } finally {
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  }
}
