/** A 32-bit number for a text: the same text, the same number, on every machine. */
export const hashText = (text: string): number => {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h, text.length);
};

/** A 32-bit number for a key and a counter. */
export const mix = (key: number, n: number): number => {
  let h = (key ^ Math.imul(n | 0, 0x9e3779b1)) >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
};

/** Uniform in [0, 1), a pure function of its arguments: any draw can be asked again. */
export const chance = (key: number, n: number): number => mix(key, n) / 4294967296;

/** Smooth noise in [-1, 1] around a draw per whole `x`: asked at any point, in any order. */
export const noise = (key: number, x: number): number => {
  const cell = Math.floor(x);
  const t = x - cell;
  const a = chance(key, cell);
  const b = chance(key, cell + 1);
  return 2 * (a + (b - a) * t * t * (3 - 2 * t)) - 1;
};

/** A stream of draws in [0, 1), for work that is done in one go. */
export const stream = (key: number): (() => number) => {
  let n = 0;
  return () => chance(key, n++);
};

/** A new list in an order that the draws decide. */
export const shuffle = <T>(items: readonly T[], next: () => number): T[] => {
  const out = [...items];
  for (let i = out.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    const held = out[i] as T;
    out[i] = out[j] as T;
    out[j] = held;
  }
  return out;
};
