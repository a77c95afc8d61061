import { Config, recommended } from '@evenkeel/contracts';
import { overlay } from './overlay.ts';

/** Stories begin without a past unless they ask for one, since reading it takes longer than most of them; so what is new is not distrusted. */
const withoutPast = { collection: { backfill: false }, penalty_config: { newcomer_markup: 0 } };

/** The configuration of a story: the preset, what the story says over it, and its one cluster. */
export function storyConfig(cluster: string, ...over: readonly unknown[]): Config {
  const said = [withoutPast, ...over].reduce((config: unknown, more) => overlay(config, more), recommended);
  return Config.parse({ ...(said as object), clusters: [{ name: cluster, hosts: ['simulator'] }] });
}
