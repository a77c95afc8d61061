import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { measure, measureRebuild } from './measure.ts';
import { showTable } from './show-table.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '120' },
    seconds: { type: 'string', default: '75' },
    hours: { type: 'string', default: '6' },
    only: { type: 'string' },
  },
});

const hours = Number(values.hours);
const isRebuild = values.only === 'rebuild';
const rows = isRebuild
  ? await measureRebuild(hours)
  : await measure({ runs: Number(values.runs), seconds: Number(values.seconds), hours });
const load = loadavg()[0]!.toFixed(1);
process.stdout.write(
  values.json ? `${JSON.stringify({ load, rows })}\n` : `${showTable(rows)}\nload of the machine ${load}\n`,
);
process.exitCode = rows.every(({ met }) => met !== false) ? 0 : 1;
