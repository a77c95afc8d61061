import type { Row } from '../../bench/measure.ts';
import { type Cost, meanError, measureCosts } from './measure-costs.ts';

export const mostError = 0.1;

/** How far the duration of migrations is off after twenty on their path, on so many simulated clusters with parameters of their own. */
export async function costRows(clusters: number): Promise<Row[]> {
  const all: Cost[] = [];
  const rows: Row[] = [];
  for (let seed = 1; seed <= clusters; seed++) {
    const costs = await measureCosts(seed);
    all.push(...costs);
    rows.push(rowOf(`duration of migrations after 20 on their path, cluster ${seed}`, costs));
  }
  return [...rows, rowOf('duration of migrations after 20 on their path, all clusters', all)];
}

function rowOf(what: string, costs: readonly Cost[]): Row {
  const error = meanError(costs);
  const inside = costs.filter(({ low, high, actual }) => actual >= low && actual <= high).length;
  return {
    what,
    value: `${(100 * error).toFixed(1)} % off`,
    aim: `${100 * mostError} % off`,
    met: costs.length > 0 && error <= mostError,
    beside: `${costs.length} migrations, ${inside} inside their interval`,
  };
}
