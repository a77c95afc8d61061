import { createInterface } from 'node:readline';
import { type ConfigInput, formatProblems, type ParsedConfig, parseConfig, recommended } from '@evenkeel/contracts';
import { parseConfigText } from '@evenkeel/runtime';
import type { Command } from 'commander';
import { createBenchEngine } from '../bench/engine.ts';
import { Line } from '../bench/protocol.ts';
import { UsageError } from './fail.ts';
import { readText } from './read-setup.ts';

export function addBench(program: Command): void {
  program
    .command('bench')
    .description('speak the line protocol of the neutral benchmark on stdin and stdout, with the real engine')
    .option('-c, --config <file>', 'configuration file; by default the preset `recommended`')
    .option(
      '-s, --set <key=value>',
      'an option with another value, for example intelligent_migrations.enabled=false; may be said again',
      (one: string, all: string[]) => [...all, one],
      [],
    )
    .action(async (options: { config?: string; set: string[] }) => {
      const preset = withOptions(options.config ? readPreset(options.config) : recommended, options.set);
      let engine: Awaited<ReturnType<typeof createBenchEngine>> | undefined;
      for await (const text of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
        if (text.trim() === '') continue;
        const line = readLine(text);
        if (line.type === 'init') {
          engine = await createBenchEngine(line, preset);
          process.stdout.write('{"ready":true}\n');
        } else if (engine) {
          process.stdout.write(`${JSON.stringify({ moves: await engine.step(line) })}\n`);
        } else {
          throw new UsageError('the first line must be of type init');
        }
      }
    });
}

const readPreset = (file: string): ConfigInput => configOf(file, parseConfigText(readText(file)));

function configOf(from: string, parsed: ParsedConfig): ConfigInput {
  if (!parsed.ok) throw new UsageError(`${from} has problems:\n${formatProblems(parsed.problems)}`);
  return parsed.config;
}

/** A configuration with some options set, each given as `key.of.an.option=value`, the value as JSON or plain text. */
function withOptions(preset: ConfigInput, settings: readonly string[]): ConfigInput {
  if (settings.length === 0) return preset;
  const config: Section = structuredClone(preset);
  for (const setting of settings) {
    const at = setting.indexOf('=');
    if (at < 1) throw new UsageError(`--set ${setting}: key=value is needed`);
    const keys = setting.slice(0, at).split('.');
    const last = keys.pop()!;
    let section = config;
    for (const key of keys) section = sectionOf(section, key);
    section[last] = valueIn(setting.slice(at + 1));
  }
  return configOf('--set', parseConfig(config));
}

type Section = Record<string, unknown>;

function sectionOf(section: Section, key: string): Section {
  const known = Object.hasOwn(section, key) ? section[key] : undefined;
  const inner = known !== null && typeof known === 'object' ? (known as Section) : {};
  section[key] = inner;
  return inner;
}

function valueIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readLine(text: string): Line {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError('a line that is not JSON');
  }
  const parsed = Line.safeParse(value);
  if (!parsed.success) {
    const [first] = parsed.error.issues;
    throw new UsageError(`a line that is not of the protocol: ${first?.path.join('.')}: ${first?.message}`);
  }
  return parsed.data;
}
