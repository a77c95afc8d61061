import type { Config } from '@evenkeel/contracts';
import { millis } from '@evenkeel/model';
import { createMeter } from './measure.ts';
import { nobody, type Played, type Recorded, type Watcher } from './play-config.ts';
import { createWorld } from './world.ts';

/** The same time without anybody who balances: with guests as they were at first, or as they were recorded to move. */
export async function playAlone(
  name: string,
  recorded: AsyncIterable<Recorded>,
  { cost_model, as_recorded, watch }: { cost_model: Config['cost_model']; as_recorded: boolean; watch: Watcher },
): Promise<Played> {
  const world = createWorld(cost_model);
  const meter = createMeter(world);
  let [samples, from, last]: [number, string, string] = [0, '', ''];
  for await (const entry of recorded) {
    if (entry.kind === 'past') continue;
    const { sample } = entry;
    if (last !== '') meter.pass(millis(last), millis(sample.at));
    for (const move of as_recorded ? world.follow(sample) : []) meter.move(move);
    world.take(sample);
    from ||= sample.at;
    last = sample.at;
    watch({ samples: ++samples, moves: meter.moves(), at: last });
  }
  return { name, samples, from, to: last, ...meter.result(), judged: nobody };
}
