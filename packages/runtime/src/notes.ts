import { type ClusterConfig, type Config, warnOf } from '@evenkeel/contracts';
import type { Log } from './define-service.ts';

/** Tells what an administrator should know of the configuration in force: each sentence once, as long as it holds. */
export function createNotes(log: Pick<Log, 'warn'>, lacksToken: (cluster: ClusterConfig) => boolean) {
  let told = new Set<string>();
  return {
    tell: (config: Config): void => {
      const sentences = warnOf(config, lacksToken);
      for (const sentence of sentences) if (!told.has(sentence)) log.warn({}, sentence);
      told = new Set(sentences);
    },
  };
}
