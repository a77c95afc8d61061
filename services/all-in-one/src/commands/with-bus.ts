import type { Bus } from '@evenkeel/bus';
import { openBus, type Settings } from '@evenkeel/runtime';
import { UsageError } from './fail.ts';
import { note } from './note.ts';
import { type Outline, readOutline } from './read-setup.ts';

/** The setup of a command that goes by what NATS knows, its problems on stderr; UsageError that says what for where the environment names no NATS. */
export function readNatsSetup(config_file: string | undefined, why: (settings: Settings) => string): Outline {
  const outline = readOutline(process.env, config_file, note);
  if (outline.settings.nats_url === 'memory:') throw new UsageError(`set EVENKEEL_NATS_URL: ${why(outline.settings)}`);
  return outline;
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
