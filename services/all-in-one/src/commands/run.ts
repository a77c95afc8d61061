import { openProcess, rightsOf, type Service, variables } from '@evenkeel/runtime';
import type { Command } from 'commander';
import { services } from '../services.ts';
import { UsageError } from './fail.ts';
import { checkReach, readEnvironment, readOwnConfig } from './read-setup.ts';
import { createReload } from './reload.ts';
import { serviceNamed } from './service-named.ts';
import { stoppedWithoutBus, untilSignal } from './until-signal.ts';

const environment = `
Environment:
${Object.entries(variables)
  .map(([name, sentence]) => `  ${name.padEnd(28)} ${sentence}`)
  .join('\n')}

SIGHUP reads the configuration again. SIGTERM finishes what is in hand and stops: with 0; with ${stoppedWithoutBus} within seconds where NATS
is away and something waits for it; with 1 where it takes longer than 20 s. What is committed is said after the next start.`;

export function addRun(program: Command): void {
  program
    .command('run')
    .addHelpText('after', environment)
    .description('run one service; NATS and Redis come from the environment')
    .argument('<service>', services.map((s) => s.name).join(', '))
    .option('-c, --config <file>', 'configuration file, YAML or JSON')
    .action(async (name: string, options: { config?: string }) => {
      await runServices(name, [serviceNamed(name)], options.config);
    });
}

export function addUp(program: Command): void {
  program
    .command('up')
    .addHelpText('after', environment)
    .description('run every service in this process')
    .option('-c, --config <file>', 'configuration file, YAML or JSON')
    .action(async (options: { config?: string }) => runServices('all-in-one', services, options.config));
}

/** Runs services until a signal comes. */
async function runServices(name: string, chosen: readonly Service[], config_file?: string): Promise<void> {
  const settings = readEnvironment(process.env, config_file);
  const rights = rightsOf(chosen);
  const config = orProblem(() => readOwnConfig(settings));
  if (!(config instanceof Error)) checkReach(config, rights, settings);
  const memory = [settings.nats_url, settings.redis_url].includes('memory:');
  if (settings.nats_url === 'memory:' && config instanceof Error) throw config;
  if (memory && chosen.length < services.length) {
    throw new UsageError(
      'a single service cannot run on memory: set EVENKEEL_NATS_URL and EVENKEEL_REDIS_URL, or use `evenkeel up`',
    );
  }
  const opened = await openProcess(chosen, { name, settings, config });
  if (memory) opened.log.warn({}, 'memory: what is learned and decided is forgotten when this process ends');
  const reload = createReload({
    log: opened.log,
    change: opened.change,
    read: () => {
      const changed = readOwnConfig(settings);
      checkReach(changed, rights, settings);
      return changed;
    },
  });
  process.on('SIGHUP', () => void reload());
  await untilSignal(opened);
}

function orProblem<T>(read: () => T): T | UsageError {
  try {
    return read();
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
}
