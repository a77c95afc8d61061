import { checkSoak } from './check-soak.ts';
import { fitGrowth, type Point } from './fit-growth.ts';
import { playSoak, type SoakOptions } from './play-soak.ts';

/** Hours after which all that is bounded by this day has reached its bounds, the decisions on the bus last; profiles go on to fill until they hold two weeks, eleven bytes an hour of a guest. */
const warm = 6;
/** Share by which the memory of the process may grow in a day from then on. The bus in it holds six hours of decisions, which vary by a tenth: two days tell it better than one. */
const most = 0.05;

/** Plays a day, and says what was done in it, what it broke, and by how much the process grew once warm. */
export async function tellSoak(options: SoakOptions, tell?: (line: string) => void) {
  const began = performance.now();
  const soaked = await playSoak(options, tell);
  const { heard, truth, struck, troubles, letters, rss, heap } = soaked;
  const growth = { rss: growthOf(rss, options.hours), heap: growthOf(heap, options.hours) };
  const grown = growth.rss !== null && growth.rss > most ? [`RSS grew by ${percent(growth.rss)}`] : [];
  const broken = [...checkSoak(soaked), ...grown];
  const { nodes, guests } = options.size;
  const line =
    `soak: ${options.hours} h, ${nodes} nodes, ${guests} guests: ${troubles.length} troubles, ${struck} processes struck, ` +
    `${heard.approved.size} approved, ${truth.moves.length} moves, ${letters.length} dead letters; ` +
    `growth a day from hour ${warm}: RSS ${percent(growth.rss)}, heap ${percent(growth.heap)}; ` +
    `${broken.length} violations; ${Math.round((performance.now() - began) / 1000)} s`;
  return { line, broken, soaked };
}

/** Null where the day is too short to tell. */
function growthOf(points: readonly Point[], hours: number): number | null {
  const later = points.filter(({ hour }) => hour >= warm && hour <= hours);
  return later.length < 12 ? null : fitGrowth(later, 24);
}

const percent = (share: number | null): string => (share === null ? 'not told' : `${(100 * share).toFixed(1)} %`);
