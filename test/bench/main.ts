import { loadavg } from 'node:os';
import { readArguments } from '../command-line/read-arguments.ts';
import { measure, measureRebuild } from './measure.ts';
import { showTable } from './show-table.ts';

const usage = `
npm run bench -- [options]    how fast and how small Evenkeel is here, against its aims

  --runs <n>        runs that are timed at each size (120)
  --seconds <n>     how long memory is watched; 0 for not at all (75)
  --hours <n>       hours that Redis forgets and is told again; 0 for none (6)
  --only rebuild    only the last of these
  --json            the table as JSON
`;
const { values } = readArguments(
  usage,
  {
    json: { type: 'boolean', default: false },
    runs: { type: 'string', default: '120' },
    seconds: { type: 'string', default: '75' },
    hours: { type: 'string', default: '6' },
    only: { type: 'string' },
  },
  { numbers: ['runs', 'seconds', 'hours'], lists: { only: ['rebuild'] } },
);

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
