import type { Config } from '@evenkeel/contracts';
import { playAlone } from './play-alone.ts';
import { type Played, playConfig, type Watcher } from './play-config.ts';
import type { Recording } from './read-recording.ts';

export type Named = { name: string; config: Config };

/** Told, for each configuration and the samples that there are, who watches it being played. */
export type Progress = (name: string, samples: number) => { seen: Watcher; done: () => void };

/** The same recording without moves, as it was where anything moved, and under each configuration; fails where it holds fewer than two samples. */
export async function compareConfigs(
  { cluster, note, play }: Recording,
  configs: readonly [Named, ...Named[]],
  progressOf: Progress,
): Promise<Played[]> {
  const { cost_model } = configs[0].config;
  const alone = (name: string, as_recorded: boolean) =>
    playAlone(name, play(), { cost_model, as_recorded, watch: () => {} });
  const still = await alone('nothing moves', false);
  if (still.samples < 2)
    throw new Error(`${note}: ${still.samples} samples of cluster ${cluster}, and two are needed at least`);
  const recorded = await alone('as recorded', true);
  const rows = recorded.moves > 0 ? [still, recorded] : [still];
  for (const named of configs) {
    const { seen, done } = progressOf(named.name, still.samples);
    rows.push(await playConfig(named, play(), { cluster, cost_model, watch: seen }));
    done();
  }
  return rows;
}
