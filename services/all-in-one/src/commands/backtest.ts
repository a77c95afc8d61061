import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Config, type ConfigInput, formatProblems, recommended } from '@evenkeel/contracts';
import { parseConfigText } from '@evenkeel/runtime';
import type { Command } from 'commander';
import { compareConfigs, type Named } from '../backtest/compare-configs.ts';
import { holdRecording } from '../backtest/hold-recording.ts';
import type { Recorded } from '../backtest/play-config.ts';
import { fileRecording, lineOf, type Recording, streamRecording } from '../backtest/read-recording.ts';
import { sayBacktest } from '../backtest/say-backtest.ts';
import { createProgress } from '../backtest/show-progress.ts';
import { readTraces, traceCluster } from '../backtest/trace-cluster.ts';
import { askBus } from './ask-bus.ts';
import { UsageError } from './fail.ts';
import { readText } from './read-setup.ts';
import { numberIn, readable, wholeNumberIn } from './simulate.ts';

type Options = {
  config: string[];
  cluster?: string;
  json?: boolean;
  save?: string;
  nodes: number;
  guests: number;
  load: number;
  start: string;
};

const notes = `
Each configuration decides on the same recorded loads, with the very services that run in production, and its own moves are
carried along. It acts in full, whatever its mode and dry_run say. What is compared:

  moves       migrations that ended               ping-pong  back to a node that the guest had left within 6 h
  ≥ 85 %      time of nodes with so much demand   regrets    the target was busier for an hour than the source had been
  lost        CPU asked for and not served, or lost to moving (a recording shows what was served, not what was asked for)

FILE is one of
  JSON lines  cluster.sampled, as data or as CloudEvents: \`evenkeel demo --json >FILE\` writes some
  a table     one guest a row: its name, then its CPU percent every five minutes, with commas; a cluster is made up around them
              (tenths of a percent where one value in twenty passes 100)
Without a file: what the telemetry stream holds when it begins (6 hours); --save keeps it. Without -c: the preset \`recommended\`.

  evenkeel backtest recording.jsonl -c now.yaml -c bolder.yaml
  evenkeel backtest traces.csv -c recommended -c defaults --nodes 8 --guests 200 --load 60`;

const collect = (value: string, all: string[]): string[] => [...all, value];

export function addBacktest(program: Command): void {
  program
    .command('backtest')
    .description('what one or more configurations would have done with what was recorded, side by side')
    .argument('[file]', 'recorded samples or traces')
    .option(
      '-c, --config <file>',
      'a configuration, or the presets `recommended` and `defaults`; may be said again',
      collect,
      [],
    )
    .option('--cluster <name>', 'cluster, where several are recorded')
    .option('--nodes <n>', 'nodes of the cluster made up around traces', wholeNumberIn(1, 256), 4)
    .option('--guests <n>', 'guests of it: so many traces, from the first', wholeNumberIn(1, 10_000), 60)
    .option('--load <percent>', 'its mean CPU', numberIn(1, 99), 50)
    .option('--start <how>', 'where its guests are at first: roundrobin or skewed', 'skewed')
    .option('--save <file>', 'write what the telemetry stream holds to a file of JSON lines, to be played later')
    .option('--json', 'print the table as JSON')
    .addHelpText('after', notes)
    .action(async (file: string | undefined, options: Options) => {
      const [first = 'recommended', ...others] = options.config;
      const configs = [readNamed(first), ...others.map(readNamed)] as const;
      if (file !== undefined && options.save !== undefined)
        throw new UsageError('--save and a file exclude each other');
      if (file !== undefined) return compare(await openFile(file, options), configs, options);
      const setup = options.config.find((name) => !Object.hasOwn(presets, name));
      const ask = { ...(setup ? { config: setup } : {}), ...(options.cluster ? { cluster: options.cluster } : {}) };
      return askBus('backtest', ask, async ({ bus, cluster }) => {
        const recording = await streamRecording(bus, cluster);
        if (options.save !== undefined) return save(recording, options.save);
        return compare(await holdRecording(recording), configs, options);
      });
    });
}

const presets: Record<string, ConfigInput> = { recommended, defaults: {} };

async function save({ cluster, play }: Recording, file: string): Promise<void> {
  let samples = 0;
  await using out = await open(file, 'wx').catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`cannot write ${file}: ${error.code ?? 'error'}`);
  });
  for await (const entry of play()) {
    await out.write(`${lineOf(entry)}\n`);
    if (entry.kind === 'sample') samples++;
  }
  process.stdout.write(`${samples} samples of cluster ${cluster} written to ${file}\n`);
}

function readNamed(file: string): Named {
  const preset = Object.hasOwn(presets, file) ? presets[file] : undefined;
  if (preset) return { name: file, config: Config.parse(preset) };
  const parsed = parseConfigText(readText(file));
  if (!parsed.ok) throw new UsageError(`${file} has problems:\n${formatProblems(parsed.problems)}`);
  return { name: basename(file).replace(/\.(ya?ml|json)$/, ''), config: parsed.config };
}

async function openFile(file: string, options: Options): Promise<Recording> {
  if ((await firstCharacter(readable(file))) === '{')
    return fileRecording(file, options.cluster, (sentence) => process.stderr.write(`${sentence}\n`));
  const { start, nodes, guests, load } = options;
  if (start !== 'roundrobin' && start !== 'skewed')
    throw new UsageError(`--start ${JSON.stringify(start)} is neither roundrobin nor skewed`);
  const traces = readTraces(readText(file));
  if (typeof traces === 'string') throw new UsageError(`${file}: neither JSON lines nor a table: ${traces}`);
  if (traces.length === 0) throw new UsageError(`${file} is empty`);
  const made = traceCluster(traces, { nodes, guests, load: load / 100, start });
  async function* play(): AsyncGenerator<Recorded> {
    for (const sample of made.samples()) yield { kind: 'sample', sample };
  }
  return { cluster: made.cluster, note: made.note, play };
}

async function firstCharacter(file: string): Promise<string> {
  for await (const chunk of createReadStream(file, { encoding: 'utf8', end: 4095 })) {
    const found = String(chunk).trimStart()[0];
    if (found !== undefined) return found;
  }
  return '';
}

async function compare(recording: Recording, configs: readonly [Named, ...Named[]], { json }: Options): Promise<void> {
  const { cluster, note } = recording;
  const rows = await compareConfigs(recording, configs, createProgress);
  process.stdout.write(
    json ? `${JSON.stringify({ cluster, note, rows }, null, 2)}\n` : sayBacktest(cluster, note, rows),
  );
}
