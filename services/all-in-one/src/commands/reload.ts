import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '@evenkeel/contracts';
import type { Log } from '@evenkeel/runtime';

type Given = {
  log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** Throws where the configuration is not valid. */
  read: () => Config;
  /** Puts it in force; its revision. */
  change: (config: Config) => Promise<string>;
  pause_ms?: number;
};

/**
 * Reads the configuration again and puts it in force; where that fails it is tried again until it is done, or until a later reading
 * takes its place. Never throws: what is wrong stands in the log.
 */
export function createReload({ log, read, change, pause_ms = 2_000 }: Given): () => Promise<void> {
  let latest = 0;
  let tail: Promise<void> = Promise.resolve();
  const insist = async (config: Config, turn: number): Promise<void> => {
    for (let attempt = 1; turn === latest; attempt++) {
      try {
        return log.info({ revision: await change(config) }, 'configuration read again');
      } catch (error) {
        if (attempt === 1) log.warn({ error }, 'the changed configuration could not be put in force yet; still trying');
        await sleep(pause_ms, undefined, { ref: false });
      }
    }
  };
  return () => {
    const config = readOrTell(read, log);
    if (config) {
      const turn = ++latest;
      tail = tail.then(() => insist(config, turn));
    }
    return tail;
  };
}

function readOrTell(read: () => Config, log: Pick<Log, 'error'>): Config | null {
  try {
    return read();
  } catch (error) {
    log.error({ error }, 'the changed configuration is not valid; the old one stays in force');
    return null;
  }
}
