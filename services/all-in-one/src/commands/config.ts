import { writeFileSync } from 'node:fs';
import { adviceOf, advise, Config, formatChanges, formatProblems, importProxBalance } from '@evenkeel/contracts';
import { parseConfigText } from '@evenkeel/runtime';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { z } from 'zod';
import { presets, presetYaml } from '../presets/preset-yaml.ts';
import { UsageError } from './fail.ts';
import { readText } from './read-setup.ts';

export function addConfig(program: Command): void {
  const config = program.command('config').description('check, describe, import or print a configuration');
  config
    .command('check')
    .description('every problem of a configuration at once, or what is in force')
    .argument('<file>', 'YAML or JSON')
    .option('--json', 'print the result as JSON')
    .action((file: string, { json }: { json?: boolean }) => check(file, json ?? false));
  config
    .command('schema')
    .description('JSON Schema of the configuration, for editors')
    .action(() => {
      process.stdout.write(`${JSON.stringify(z.toJSONSchema(Config, { io: 'input' }), null, 2)}\n`);
    });
  config
    .command('preset')
    .description(`a shipped configuration, as YAML: ${Object.keys(presets).join(', ')}`)
    .argument('<name>', Object.keys(presets).join(', '))
    .action((name: string) => {
      if (!Object.hasOwn(presets, name))
        throw new UsageError(`no preset ${JSON.stringify(name)}; there is ${Object.keys(presets).join(', ')}`);
      process.stdout.write(presetYaml(name));
    });
  config
    .command('nats-accounts')
    .description('users of NATS with their permissions, as a file that nats.conf includes')
    .argument('<cluster...>', 'names of all clusters')
    .action((names: string[]) => printAccounts(names));
  config
    .command('import')
    .description("take in ProxBalance's config.json: clamps what is out of range and names every change")
    .argument('<file>', "ProxBalance's config.json")
    .option('-o, --output <file>', 'where to write the configuration; by default stdout')
    .action((file: string, { output }: { output?: string }) => importFile(file, output));
}

function check(file: string, json: boolean): void {
  const parsed = parseConfigText(readText(file));
  if (json) process.stdout.write(`${JSON.stringify(parsed, null, 2)}\n`);
  if (!parsed.ok) {
    if (!json) process.stderr.write(`${file}:\n${formatProblems(parsed.problems)}\n`);
    process.exitCode = 2;
  } else if (!json) process.stdout.write(`${file} is valid\n${advise(parsed.config)}\n`);
}

async function printAccounts(names: string[]): Promise<void> {
  const parsed = Config.safeParse({ clusters: names.map((name) => ({ name, hosts: ['pve'] })) });
  if (!parsed.success) throw new UsageError(parsed.error.issues.map(({ message }) => message).join('\n'));
  const [{ natsAccounts }, { services }] = await Promise.all([
    import('../presets/nats-accounts.ts'),
    import('../services.ts'),
  ]);
  process.stdout.write(natsAccounts(services, names));
}

function importFile(file: string, output: string | undefined): void {
  let value: unknown;
  try {
    value = JSON.parse(readText(file));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file} is not JSON`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${file} is no configuration of ProxBalance: it must be a JSON object`);
  }
  const { config, changes } = importProxBalance(value);
  const text = stringify(config);
  if (output === undefined) process.stdout.write(text);
  else writeFileSync(output, text, { flag: 'wx' });
  process.stderr.write(`${formatChanges(changes)}\n`);
  for (const warning of adviceOf(Config.parse(config)).warnings) process.stderr.write(`note: ${warning}\n`);
}
