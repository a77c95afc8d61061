import type { Config } from '@evenkeel/contracts';
import type { ConfigSource } from './config-source.ts';
import type { Log } from './define-service.ts';
import { createTrouble } from './trouble.ts';

type Given = {
  configs: Pick<ConfigSource, 'current' | 'follow'>;
  log: Log;
  /** Safe to repeat; called every time, since what it failed to do is to be tried again. */
  apply: (config: Config) => Promise<void>;
};

export type Following = {
  /** Applies the configuration in force for the first time; throws where that fails. */
  begin: () => Promise<void>;
  /** Looks now rather than at its next turn. */
  look: () => Promise<void>;
  stop: () => void;
};

const pause_ms = 2_000;

/** Every two seconds looks which configuration is in force, and applies it. */
export function followConfig({ configs, log, apply }: Given): Following {
  const words = { failed: 'could not follow the configuration in force', over: 'the configuration is followed again' };
  const trouble = createTrouble(log, words);
  let timer: NodeJS.Timeout | undefined;
  let turn: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    try {
      if (await configs.follow()) log.info({ config: configs.current().revision }, 'another configuration is in force');
      await apply(configs.current().config);
      trouble.over();
    } catch (error) {
      trouble.failed(error);
    }
  };
  const inTurn = (): Promise<void> => {
    turn = turn.then(look);
    return turn;
  };
  const next = (): void => {
    timer = setTimeout(() => void inTurn().then(() => timer && next()), pause_ms);
    timer.unref();
  };

  return {
    begin: async () => {
      await apply(configs.current().config);
      next();
    },
    look: inTurn,
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
