import type { Row } from '../bench/measure.ts';
import { showTable } from '../bench/show-table.ts';
import { readArguments } from '../command-line/read-arguments.ts';
import { behaviorRows } from './behavior/behavior-rows.ts';
import { restRows } from './convergence/rest-rows.ts';
import { costRows } from './costs/cost-rows.ts';
import { forecastRows } from './forecasts/forecast-rows.ts';

/** What can be measured, with how many cases a measurement takes unless it is told. */
const measures: Record<string, { cases: number; run: (cases: number) => Promise<Row[]> | Row[] }> = {
  behavior: { cases: 200, run: behaviorRows },
  cost: { cases: 6, run: costRows },
  forecasts: { cases: 3, run: forecastRows },
  convergence: { cases: 1000, run: restRows },
};

const usage = `
npm run measure -- [${Object.keys(measures).join(' | ')} ...] [options]    how right Evenkeel is, against its aims; all of it by default

  --cases <n>    cases of each measure (${Object.entries(measures)
    .map(([name, { cases }]) => `${name} ${cases}`)
    .join(', ')})
  --json         the table as JSON
`;
const { values, words } = readArguments(
  usage,
  { json: { type: 'boolean', default: false }, cases: { type: 'string' } },
  { numbers: ['cases'], words: Object.keys(measures) },
);
const chosen = words.length > 0 ? words : Object.keys(measures);
const rows: Row[] = [];
for (const name of chosen) {
  const { cases, run } = measures[name]!;
  rows.push(...(await run(Number(values.cases ?? cases))));
}
process.stdout.write(values.json ? `${JSON.stringify(rows)}\n` : `${showTable(rows)}\n`);
process.exitCode = rows.every(({ met }) => met !== false) ? 0 : 1;
