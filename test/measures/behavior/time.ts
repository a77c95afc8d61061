import type { Load, Random } from '@evenkeel/profiler/testing';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

export const hourOf = (time: number): number => (((time % dayMs) + dayMs) % dayMs) / hourMs;
export const dayOf = (time: number): number => Math.floor(time / dayMs);

/** Distance in hours round the clock. */
export const apart = (a: number, b: number): number => Math.min((a - b + 24) % 24, (b - a + 24) % 24);

const stepMs = 10 * minuteMs;

/** Noise around 0 that forgets itself within so many hours: a random walk that is drawn back, straight between steps of ten minutes. */
export function wander(random: Random, start: number, { sd, hours }: { sd: number; hours: number }): Load {
  const kept = Math.exp(-stepMs / (hours * hourMs));
  const values = [sd * random.normal()];
  for (let i = 1; i < 8 * 144; i++)
    values.push(kept * (values[i - 1] as number) + sd * Math.sqrt(1 - kept * kept) * random.normal());
  return (time) => {
    const at = Math.min(values.length - 2, Math.max(0, (time - start) / stepMs));
    const [low, share] = [Math.floor(at), at % 1];
    return (values[low] as number) * (1 - share) + (values[low + 1] as number) * share;
  };
}
