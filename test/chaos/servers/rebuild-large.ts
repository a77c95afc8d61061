import { measureRebuild } from '../../bench/measure.ts';
import type { Both } from '../../e2e/stage/servers.ts';
import { type Row, shareOf, type Wanted } from './row.ts';

/** Hours of a large cluster that are built again. */
const required = 6;

/** What the benchmark measures of an emptied Redis, as a promise: all of a large cluster is known again in time. */
export async function rebuildLarge(_binaries: Both, wanted: Wanted): Promise<Row> {
  const hours = shareOf(required, wanted);
  const rows = await measureRebuild(hours);
  const slow = rows.filter(({ met }) => met === false);
  return {
    what: 'Redis built again at 64 nodes and 3,000 guests, hours',
    done: rows.length > 0 ? hours : 0,
    required,
    broken: slow.map(({ what, value, aim }) => `${what}: ${value}, at most ${aim}`),
    figures: rows.map(({ value, aim, beside }) => `${value} (at most ${aim}); ${beside}`).join('; '),
  };
}
