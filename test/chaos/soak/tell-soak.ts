import { checkSoak } from './check-soak.ts';
import { growthBetween, type Point } from './growth-between.ts';
import { playSoak, type SoakOptions } from './play-soak.ts';

/** Share by which the process may weigh more for each day between the calm before the troubles and the calm after. */
const most = 0.05;

/** Plays a day, and says what was done in it, what it broke, and by how much the process grew. */
export async function tellSoak(options: SoakOptions, tell?: (line: string) => void) {
  const began = performance.now();
  const soaked = await playSoak(options, tell);
  const { heard, truth, struck, troubles, letters, rss, heap } = soaked;
  const growth = { rss: growthOf(rss, options), heap: growthOf(heap, options) };
  const grown = growth.rss !== null && growth.rss > most ? [`RSS grew by ${percent(growth.rss)}`] : [];
  const broken = [...checkSoak(soaked), ...grown];
  const { nodes, guests } = options.size;
  const line =
    `soak: ${options.hours} h, ${nodes} nodes, ${guests} guests: ${troubles.length} troubles, ${struck} processes struck, ` +
    `${heard.approved.size} approved, ${truth.moves.length} moves, ${letters.length} dead letters; ` +
    `grown a day, from the calm before to the calm after: RSS ${percent(growth.rss)}, heap ${percent(growth.heap)}; ` +
    `${broken.length} violations; ${Math.round((performance.now() - began) / 1000)} s`;
  return { line, broken, soaked };
}

/** Of the last hour of either calm; null where there is none. */
function growthOf(points: readonly Point[], { hours, calm_hours }: SoakOptions): number | null {
  return calm_hours < 1 ? null : growthBetween(points, calm_hours, hours + 2 * calm_hours);
}

const percent = (share: number | null): string => (share === null ? 'not told' : `${(100 * share).toFixed(1)} %`);
