import type { NodeHistory } from '@evenkeel/contracts';
import { emptyHistory } from '../remember-node.ts';

/** Monday, 2026-01-05, 00:00 UTC. */
export const monday = Date.UTC(2026, 0, 5) / 3_600_000;

/** A node remembered for so many hours, its CPU a function of the hours since the first; undefined where nobody looked. */
export function hourly(hours: number, cpu: (h: number) => number | undefined, first_hour = monday): NodeHistory {
  const perMille = Array.from({ length: hours }, (_, h) => cpu(h)).map((c) =>
    c === undefined ? null : Math.round(1000 * c),
  );
  return { ...emptyHistory('a'), first_hour, cpu: perMille, mem: perMille.map((c) => c && c / 2), iowait: perMille };
}
