import { parseArgs } from 'node:util';
import { findBoth, openServers } from '../e2e/stage/servers.ts';
import { checkStory } from './check-story.ts';
import { endure } from './endure.ts';
import { fuzzAnswers } from './fuzz/fuzz-answers.ts';
import { fuzzEvents } from './fuzz/fuzz-events.ts';
import { planKills } from './kills.ts';
import { runRows } from './one-process/run-rows.ts';
import { tellTable } from './one-process/table.ts';
import { outlast } from './outlast.ts';
import { decideUnderKills, differences, recordWatching } from './repeat-decisions.ts';
import { serverParts } from './servers/parts.ts';
import { type Row, tellRows } from './servers/row.ts';
import { tellSoak } from './soak/tell-soak.ts';
import { tellStory } from './tell-story.ts';

const { values } = parseArgs({
  options: {
    only: {
      type: 'string',
      default: 'one-process,fuzz,soak,kills,decisions,outages,leaders,stops,redis,refusals,poison,still',
    },
    rows: { type: 'string' },
    share: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    each: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '60' },
    hours: { type: 'string', default: '24' },
    size: { type: 'string', default: '32/3000' },
  },
});
const asked = values.only.split(',');
const found = asked.every((part) => ['one-process', 'fuzz', 'soak'].includes(part)) ? undefined : await findBoth();
if (found === null) process.exit(1);
const binaries = found!;
const seeds = Array.from({ length: Number(values.rounds) }, (_, round) => Number(values.seed) + round);

let broken = 0;

/** Prints a line of figures, what was wrong, and the processes' own words where something was. */
function report(line: string, problems: readonly string[], story = ''): void {
  console.log([line, ...problems.map((problem) => `  ${problem}`)].join('\n'));
  if (problems.length === 0) return;
  broken++;
  console.log(story);
}

async function timed<T>(play: () => Promise<T>): Promise<T & { seconds: number }> {
  const began = performance.now();
  return { ...(await play()), seconds: Math.round((performance.now() - began) / 1000) };
}

const wanted = { seed: Number(values.seed), share: Number(values.share), minutes: Number(values.minutes) };
const rows: Row[] = [];
const playRows = (name: string) => async () => {
  for (const play of serverParts[name]!) {
    const { seconds, ...row } = await timed(() => play(binaries, wanted));
    rows.push(row);
    report(`${row.what}: ${row.done} of ${row.required}; ${row.figures}; ${seconds} s`, row.broken, row.story);
  }
};

const parts: Record<string, () => Promise<void>> = {
  'one-process': async () => {
    const only = values.rows?.split(',');
    const ran = await runRows({ ...wanted, ...(only ? { only } : {}) }, ({ row, done, broken, seconds }) => {
      report(`${row.name}: ${done} of ${row.required}, ${broken.length} violations; ${seconds} s`, []);
      for (const { seed, lines, story } of broken) report(`seed ${seed}`, lines, story);
    });
    console.log(`\n${tellTable(ran)}\n`);
  },
  fuzz: async () => {
    const { answers, refused, broken } = await fuzzAnswers(Number(values.seed), 100_000 * Number(values.share));
    report(
      `fuzz: ${answers} garbled answers, ${refused} of them an error; ${broken.length} violations`,
      broken.slice(0, 20),
    );
    const events = await fuzzEvents(Number(values.seed), 100_000 * Number(values.share));
    report(
      `fuzz: ${events.events} garbled events, ${events.unreadable} unreadable, ${events.laid_aside} laid aside, ${events.passed} good enough; ` +
        `${events.good} good ones between them, ${events.moves} moves; ${events.broken.length} violations`,
      events.broken.slice(0, 20),
    );
  },
  soak: async () => {
    const [nodes = 32, guests = 3000] = values.size.split('/').map(Number);
    const { line, broken } = await tellSoak(
      {
        seed: Number(values.seed),
        size: { nodes, guests },
        hours: Number(values.hours),
        troubles_per_hour: 12,
        sample_interval_seconds: 600,
      },
      (hour) => console.log(`  ${hour}`),
    );
    report(line, broken);
  },
  kills: async () => {
    for (const seed of seeds) {
      const kills = planKills(seed, Number(values.each));
      const { witness, story, seconds } = await timed(() => endure(binaries, kills));
      report(`seed ${seed}: ${tellStory(kills, witness)}; ${seconds} s`, checkStory(witness), story);
    }
  },
  decisions: async () => {
    const recorded = await recordWatching();
    for (const seed of seeds) {
      const servers = await openServers(binaries);
      const { decided, seconds } = await timed(async () => ({
        decided: await decideUnderKills(recorded, servers, seed),
      })).finally(servers.close);
      report(
        `seed ${seed}: ${decided.length} decisions on ${recorded.seen.length} samples; ${seconds} s`,
        differences(recorded.decided, decided),
      );
    }
  },
  outages: async () => {
    const { outlasted, witness, story } = await outlast(binaries, Number(values.seconds));
    for (const { problems, warnings, ...figures } of outlasted) {
      report(JSON.stringify(figures), problems, story);
      for (const warning of warnings) console.log(`  said: ${warning}`);
    }
    report(tellStory({ moving: [], judging: [] }, witness), checkStory(witness), story);
  },
  ...Object.fromEntries(Object.keys(serverParts).map((name) => [name, playRows(name)])),
};

for (const [name, play] of Object.entries(parts)) if (asked.includes(name)) await play();
if (rows.length > 0) console.log(`\n${tellRows(rows)}\n`);
process.exitCode = broken > 0 ? 1 : 0;
