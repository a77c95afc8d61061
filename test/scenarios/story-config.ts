import { Config, recommended } from '@evenkeel/contracts';
import { overlay } from './overlay.ts';

/** Stories begin without a past unless they ask for one: reading it takes longer than most of them. */
const withoutPast = { collection: { backfill: false } };

/** The configuration of a story: the preset, what the story says over it, and its one cluster. */
export function storyConfig(cluster: string, ...over: readonly unknown[]): Config {
  const said = [withoutPast, ...over].reduce((config: unknown, more) => overlay(config, more), recommended);
  return Config.parse({ ...(said as object), clusters: [{ name: cluster, hosts: ['simulator'] }] });
}
