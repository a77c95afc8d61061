import { expect, test } from 'vitest';
import { heldOutcomes, intervalAim, playDays, shareInside } from './forecast-rows.ts';
import { days, haveDays } from './read-days.ts';
import { holdForecasts } from './truth.ts';

test.skipIf(!haveDays())(
  'intervals of node CPU an hour after a move hold nine times in ten',
  { timeout: 120_000 },
  async () => {
    const all = [...(await playDays(days.slice(0, 5), 1)), ...(await playDays(days.slice(0, 5), 2))];
    const played = all.map(({ played }) => played);
    const held = played.flatMap(holdForecasts);
    expect(held.length).toBeGreaterThan(120);
    expect(shareInside(held)).toBeGreaterThanOrEqual(intervalAim.least);
    expect(shareInside(held)).toBeLessThanOrEqual(intervalAim.most);
    const made = played.flatMap(heldOutcomes);
    expect(made.length).toBeGreaterThan(15);
    expect(shareInside(made)).toBeGreaterThanOrEqual(intervalAim.least);
  },
);
