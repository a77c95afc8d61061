#!/usr/bin/env node
import { version } from '@evenkeel/runtime';
import { Command, CommanderError } from 'commander';
import { addBench } from './commands/bench.ts';
import { addConfig } from './commands/config.ts';
import { addDemo } from './commands/demo.ts';
import { addExplain } from './commands/explain.ts';
import { UsageError } from './commands/fail.ts';
import { addRun } from './commands/run.ts';
import { addSimulate } from './commands/simulate.ts';

const program = new Command('evenkeel')
  .description('Keeps Proxmox VE clusters on an even keel.')
  .version(version)
  .showHelpAfterError('(try --help)')
  .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration.')
  .exitOverride();
for (const add of [addDemo, addRun, addSimulate, addExplain, addConfig, addBench]) add(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`evenkeel: ${error instanceof Error ? error.message : String(error)}\n`);
    if (!(error instanceof UsageError) && process.env.EVENKEEL_LOG_LEVEL === 'debug') console.error(error);
    process.exit(error instanceof UsageError ? 2 : 1);
  }
}
