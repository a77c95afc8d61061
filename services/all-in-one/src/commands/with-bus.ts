import type { Bus } from '@evenkeel/bus';
import { openBus, type Settings } from '@evenkeel/runtime';
import { UsageError } from './fail.ts';
import { readSetup, type Setup } from './read-setup.ts';

/** The setup of a command that needs NATS; UsageError that says what for where the environment names none. */
export function readNatsSetup(config_file: string | undefined, why: (settings: Settings) => string): Setup {
  const setup = readSetup(process.env, config_file);
  if (setup.settings.nats_url === 'memory:') throw new UsageError(`set EVENKEEL_NATS_URL: ${why(setup.settings)}`);
  return setup;
}

/** Connects under a name for one piece of work, and closes whatever comes of it. */
export async function withBus<T>(settings: Settings, name: string, work: (bus: Bus) => Promise<T>): Promise<T> {
  const bus = await openBus(settings, name);
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}
