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

/** Connects under a name for one piece of work, and closes whatever comes of it; `otherwise` is what to do where NATS fails us. */
export async function withBus<T>(
  settings: Settings,
  name: string,
  work: (bus: Bus) => Promise<T>,
  otherwise = '',
): Promise<T> {
  try {
    const bus = await openWatched(settings, name, otherwise);
    try {
      return await work(bus);
    } finally {
      await bus.close();
    }
  } catch (error) {
    if (!otherwise || error instanceof UsageError) throw error;
    throw new Error(`${(error as Error).message}. ${otherwise}`, { cause: error });
  }
}

/** Says what it waits for where that takes two seconds. */
async function openWatched(settings: Settings, name: string, otherwise: string): Promise<Bus> {
  const servers = settings.nats_url.split(',').map((url) => new URL(url.trim()).host);
  const late = `NATS at ${servers.join(', ')} does not answer yet; still trying. ${otherwise}`.trimEnd();
  let seconds = 0;
  const waiting = setInterval(() => ++seconds === 2 && note(late), 1_000);
  try {
    return await openBus(settings, name);
  } finally {
    clearInterval(waiting);
  }
}
