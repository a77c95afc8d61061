#!/usr/bin/env node
import { version } from '@evenkeel/runtime';
import { Command, CommanderError } from 'commander';
import { UsageError } from './commands/fail.ts';
import { harmless } from './commands/note.ts';

/** Each command with what it needs; only the one that is asked for is loaded, all of them for the help. */
const commands: Record<string, () => Promise<(program: Command) => void>> = {
  demo: async () => (await import('./commands/demo.ts')).addDemo,
  run: async () => (await import('./commands/run.ts')).addRun,
  up: async () => (await import('./commands/run.ts')).addUp,
  simulate: async () => (await import('./commands/simulate.ts')).addSimulate,
  status: async () => (await import('./commands/status.ts')).addStatus,
  pause: async () => (await import('./commands/steer.ts')).addPause,
  resume: async () => (await import('./commands/steer.ts')).addResume,
  mode: async () => (await import('./commands/steer.ts')).addMode,
  approve: async () => (await import('./commands/answer.ts')).addApprove,
  reject: async () => (await import('./commands/answer.ts')).addReject,
  drain: async () => (await import('./commands/steer.ts')).addDrain,
  undrain: async () => (await import('./commands/steer.ts')).addUndrain,
  doctor: async () => (await import('./commands/doctor.ts')).addDoctor,
  rebuild: async () => (await import('./commands/rebuild.ts')).addRebuild,
  explain: async () => (await import('./commands/explain.ts')).addExplain,
  scale: async () => (await import('./commands/scale.ts')).addScale,
  place: async () => (await import('./commands/place.ts')).addPlace,
  profile: async () => (await import('./commands/profile.ts')).addProfile,
  outcomes: async () => (await import('./commands/outcomes.ts')).addOutcomes,
  backtest: async () => (await import('./commands/backtest.ts')).addBacktest,
  dead: async () => (await import('./commands/dead.ts')).addDead,
  config: async () => (await import('./commands/config.ts')).addConfig,
  bench: async () => (await import('./commands/bench.ts')).addBench,
};

/** As of a program that ends by SIGPIPE. */
const readerGone = 141;

const program = new Command('evenkeel')
  .description('Keeps Proxmox VE clusters on an even keel.')
  .version(version)
  .showHelpAfterError('(try --help)')
  .addHelpText(
    'after',
    '\nExit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 stopped while work waited for NATS.',
  )
  .exitOverride();
const asked = process.argv[2] ?? '';
for (const load of Object.hasOwn(commands, asked) ? [commands[asked]!] : Object.values(commands))
  (await load())(program);

for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(readerGone);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`evenkeel: ${harmless(error instanceof Error ? error.message : String(error))}\n`);
    if (!(error instanceof UsageError) && process.env.EVENKEEL_LOG_LEVEL === 'debug') console.error(error);
    process.exit(error instanceof UsageError ? 2 : 1);
  }
}
