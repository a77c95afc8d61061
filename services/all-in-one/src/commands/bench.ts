import { createInterface } from 'node:readline';
import { type ConfigInput, formatProblems, recommended } from '@evenkeel/contracts';
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
    .action(async (options: { config?: string }) => {
      const preset = options.config ? readPreset(options.config) : recommended;
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

function readPreset(file: string): ConfigInput {
  const parsed = parseConfigText(readText(file));
  if (!parsed.ok) throw new UsageError(`${file} has problems:\n${formatProblems(parsed.problems)}`);
  return parsed.config;
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
