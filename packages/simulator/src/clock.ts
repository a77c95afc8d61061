import type { Simulator } from './simulator.ts';

/** Turns a simulator by the wall clock: `speed` seconds of the cluster pass in one real second, 0 stops it. */
export type Clock = {
  speed: () => number;
  setSpeed: (speed: number) => void;
  /** Brings the cluster to the present and says its time, epoch ms. */
  tick: () => number;
  /** Lets this much time pass at once, ms. */
  skip: (ms: number) => void;
  stop: () => void;
};

const EVERY_MS = 250;

export const createClock = (simulator: Simulator, speed: number): Clock => {
  let rate = speed;
  let base = simulator.now();
  let since = performance.now();
  const tick = (): number => {
    simulator.advance(base + (performance.now() - since) * rate);
    return simulator.now();
  };
  const rebase = (): void => {
    base = tick();
    since = performance.now();
  };
  const timer = setInterval(tick, EVERY_MS);
  timer.unref();
  return {
    speed: () => rate,
    setSpeed: (next) => {
      rebase();
      rate = next;
    },
    tick,
    skip: (ms) => {
      rebase();
      base += Math.max(0, ms);
      tick();
    },
    stop: () => clearInterval(timer),
  };
};
