import { parseArgs } from 'node:util';
import type { Row } from '../bench/measure.ts';
import { showTable } from '../bench/show-table.ts';
import { behaviorRows } from './behavior/behavior-rows.ts';
import { restRows } from './convergence/rest-rows.ts';
import { costRows } from './costs/cost-rows.ts';
import { forecastRows } from './forecasts/forecast-rows.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false }, cases: { type: 'string' } },
});

/** What can be measured, with how many cases a measurement takes unless it is told. */
const measures: Record<string, { cases: number; run: (cases: number) => Promise<Row[]> | Row[] }> = {
  behavior: { cases: 200, run: behaviorRows },
  cost: { cases: 6, run: costRows },
  forecasts: { cases: 3, run: forecastRows },
  convergence: { cases: 1000, run: restRows },
};

const unknown = positionals.filter((name) => !measures[name]);
if (unknown.length > 0) {
  console.error(`There is no measure called ${unknown.join(', ')}; there are ${Object.keys(measures).join(', ')}.`);
  process.exit(2);
}

const chosen = positionals.length > 0 ? positionals : Object.keys(measures);
const rows: Row[] = [];
for (const name of chosen) {
  const { cases, run } = measures[name]!;
  rows.push(...(await run(Number(values.cases ?? cases))));
}
process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : `${showTable(rows)}\n`);
process.exitCode = rows.every(({ met }) => met !== false) ? 0 : 1;
