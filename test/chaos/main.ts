import { readArguments } from '../command-line/read-arguments.ts';
import { findBoth, openServers } from '../e2e/stage/servers.ts';
import { checkStory } from './check-story.ts';
import { endure } from './endure.ts';
import { fuzzAnswers } from './fuzz/fuzz-answers.ts';
import { fuzzEvents } from './fuzz/fuzz-events.ts';
import { planKills } from './kills.ts';
import { rows as trials } from './one-process/rows.ts';
import { runRows } from './one-process/run-rows.ts';
import { tellTable } from './one-process/table.ts';
import { outlast } from './outlast.ts';
import { decideUnderKills, differences, recordWatching } from './repeat-decisions.ts';
import { serverParts } from './servers/parts.ts';
import { type Row, shareOf, tellRows } from './servers/row.ts';
import { tellSoak } from './soak/tell-soak.ts';
import { tellStory } from './tell-story.ts';

const known = ['one-process', 'fuzz', 'soak', 'kills', 'decisions', 'outages', ...Object.keys(serverParts)];
const usage = `
npm run chaos -- [options]    whether Evenkeel keeps its promises when everything goes wrong; exit code 1 where one broke, 2 where less was done than required

  --only <parts>     some of ${known.join(',')}
  --rows <rows>      of one-process, some of ${trials.map(({ name }) => name).join(',')}
  --minutes <n>      of the machine for each part (20)
  --share <n>        of what is required (1)
  --seed <n>         what happens when (1)
  --rounds <n>       seeds from that one on, where real services are killed (5)
  --each <n>         kills of each kind in a round (3)
  --seconds <n>      that NATS, Redis and Proxmox are away (60)
  --hours <n>        of troubles in the soak (24), between eight of calm before and after
  --size <n/n>       nodes and guests of the soak (32/3000)
`;
const { values } = readArguments(
  usage,
  {
    only: { type: 'string', default: known.join(',') },
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
  {
    numbers: ['share', 'minutes', 'rounds', 'seed', 'each', 'seconds', 'hours'],
    lists: { only: known, rows: trials.map(({ name }) => name) },
  },
);
const asked = values.only.split(',');
const only = values.rows?.split(',') ?? trials.map(({ name }) => name);
const found = asked.every((part) => ['one-process', 'fuzz', 'soak'].includes(part)) ? undefined : await findBoth();
if (found === null) process.exit(1);
const binaries = found!;
const seeds = Array.from({ length: Number(values.rounds) }, (_, round) => Number(values.seed) + round);

let broken = 0;
/** What did less than it had to: a budget that ran out is no pass. */
const undone: string[] = [];
const note = (what: string, done: number, wanted: number): string => {
  if (done >= wanted) return '';
  undone.push(`${what}: ${done} of ${wanted}`);
  return '; NOT DONE';
};
/** A budget of its own for each part. */
const budget = () => {
  const end = performance.now() + Number(values.minutes) * 60_000;
  return { isSpent: () => performance.now() > end };
};
class BudgetSpent extends Error {}

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
    const not = note(row.what, row.done, shareOf(row.required, wanted));
    report(`${row.what}: ${row.done} of ${row.required}; ${row.figures}; ${seconds} s${not}`, row.broken, row.story);
  }
};

const parts: Record<string, () => Promise<void>> = {
  'one-process': async () => {
    const ran = await runRows({ ...wanted, only }, ({ row, wanted, done, broken, seconds }) => {
      const not = note(row.name, done, wanted);
      report(`${row.name}: ${done} of ${row.required}, ${broken.length} violations; ${seconds} s${not}`, []);
      for (const { seed, lines, story } of broken) report(`seed ${seed}`, lines, story);
    });
    console.log(`\n${tellTable(ran)}\n`);
  },
  fuzz: async () => {
    const { isSpent } = budget();
    const total = 100_000 * wanted.share;
    const chunks = 10;
    const seedOf = (chunk: number): number => wanted.seed * 1000 + chunk;
    let played = 0;
    for (let chunk = 0; chunk < chunks && !isSpent(); chunk++, played++) {
      const { answers, refused, broken } = await fuzzAnswers(seedOf(chunk), Math.ceil(total / chunks));
      report(
        `fuzz: ${answers} garbled answers, ${refused} of them an error; ${broken.length} violations`,
        broken.slice(0, 20),
      );
      const events = await fuzzEvents(seedOf(chunk), Math.ceil(total / chunks));
      report(
        `fuzz: ${events.events} garbled events, ${events.unreadable} unreadable, ${events.laid_aside} laid aside, ${events.passed} good enough; ` +
          `${events.good} good ones between them, ${events.moves} moves; ${events.broken.length} violations`,
        events.broken.slice(0, 20),
      );
    }
    note('fuzz', (total / chunks) * played, total);
  },
  soak: async () => {
    const { isSpent } = budget();
    const [nodes = 32, guests = 3000] = values.size.split('/').map(Number);
    const { line, broken } = await tellSoak(
      {
        seed: Number(values.seed),
        size: { nodes, guests },
        hours: Number(values.hours),
        calm_hours: 8,
        troubles_per_hour: 12,
        sample_interval_seconds: 600,
      },
      (hour) => {
        console.log(`  ${hour}`);
        if (isSpent()) throw new BudgetSpent();
      },
    );
    report(line, broken);
  },
  kills: async () => {
    const { isSpent } = budget();
    for (const seed of seeds) {
      if (isSpent()) throw new BudgetSpent();
      const kills = planKills(seed, Number(values.each));
      const { witness, story, seconds } = await timed(() => endure(binaries, kills));
      report(`seed ${seed}: ${tellStory(kills, witness)}; ${seconds} s`, checkStory(witness), story);
    }
  },
  decisions: async () => {
    const { isSpent } = budget();
    const recorded = await recordWatching();
    for (const seed of seeds) {
      if (isSpent()) throw new BudgetSpent();
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

for (const [name, play] of Object.entries(parts))
  if (asked.includes(name))
    await play().catch((error) => {
      if (error instanceof BudgetSpent) undone.push(`${name}: its ${values.minutes} minutes are over`);
      else report(`${name} did not come to its end`, [String(error)]);
    });
if (rows.length > 0) console.log(`\n${tellRows(rows)}\n`);
for (const what of undone) console.log(`NOT DONE ${what}`);
process.exitCode = broken > 0 ? 1 : undone.length > 0 ? 2 : 0;
