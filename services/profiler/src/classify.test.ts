import type { Behavior } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { classify } from './classify.ts';
import { readHistory } from './read-history.ts';
import { drawLoad, type Kind } from './testing/loads.ts';
import { measure } from './testing/measure.ts';
import { type Random, random } from './testing/random.ts';

const start = Date.UTC(2026, 5, 1);
const kinds: Kind[] = ['steady', 'bursty', 'growing', 'cyclical'];

function drawLook(random: Random, interval_s: number) {
  const hole = start + random.between(0, 6) * 86_400_000;
  return {
    start,
    days: 7,
    interval_s,
    jitter: random.between(0, 0.5),
    lost: random.between(0, 0.1),
    outages: random.pick([[], [{ from: hole, to: hole + random.between(1, 10) * 3_600_000 }]]),
    noise: random.between(0.002, 0.02),
  };
}

/** How often each kind was taken for what, over series of seven days with noise, gaps and jitter. */
function confuse(): Map<string, string[]> {
  const confusion = new Map<string, string[]>();
  for (const [interval, each] of [
    [10, 3],
    [30, 8],
    [60, 15],
    [300, 40],
    [900, 40],
    [3600, 40],
  ] as const)
    for (const kind of kinds)
      for (let i = 0; i < each; i++) {
        const seed = interval * 1000 + kinds.indexOf(kind) * 100 + i;
        const chance = random(seed);
        const load = drawLoad(kind, chance, start, 7);
        const { cells, end } = measure(load, drawLook(chance, interval), chance);
        const key = `${kind} as ${classify(readHistory(cells, end)).behavior}`;
        confusion.set(key, [...(confusion.get(key) ?? []), String(seed)]);
      }
  return confusion;
}

describe('labelled series of seven days, looked at every 10 seconds to every hour', () => {
  const confusion = confuse();
  const count = (kind: Kind, said: Behavior) => confusion.get(`${kind} as ${said}`)?.length ?? 0;
  const total = (kind: Kind) =>
    [...confusion].reduce((n, [key, seeds]) => n + (key.startsWith(kind) ? seeds.length : 0), 0);
  const wrong = () => [...confusion].filter(([key]) => key.split(' as ')[0] !== key.split(' as ')[1]);

  test.each(kinds)('at least 90 %% of what is %s', (kind) => {
    expect(count(kind, kind) / total(kind), JSON.stringify(wrong())).toBeGreaterThanOrEqual(0.9);
  });
  test('at least 95 % of all', () => {
    const right = kinds.reduce((n, kind) => n + count(kind, kind), 0);
    const all = kinds.reduce((n, kind) => n + total(kind), 0);
    expect(right / all, JSON.stringify(wrong())).toBeGreaterThanOrEqual(0.95);
  });
});
