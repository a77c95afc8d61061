/** Pseudo-random numbers from a seed (mulberry32), so that a generated series is the same every time. */
export type Random = {
  /** Evenly in [from, to). */
  between: (from: number, to: number) => number;
  /** Normal with mean 0 and deviation 1. */
  normal: () => number;
  pick: <T>(values: readonly T[]) => T;
};

export function random(seed: number): Random {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    between: (from, to) => from + (to - from) * next(),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: (values) => values[Math.floor(next() * values.length)] as (typeof values)[number],
  };
}
