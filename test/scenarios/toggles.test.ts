import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Config } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readGiven, waysOf } from './given.ts';
import { here, stories } from './stories.ts';
import { storyConfig } from './story-config.ts';
import { readTold } from './tell-story.ts';
import { notTold } from './toggles.ts';

type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
};
type Way = { name: string; of: string; options: Map<string, string>; told: string };

const root = resolve(import.meta.dirname, '../..');

/** Everything by which moves are judged, and whatever is on or off anywhere. */
const isToggle = (path: string, type?: string): boolean =>
  type === 'boolean' || /^intelligent_migrations|^penalty_config\.(seasonal_baseline|cluster_conv)/.test(path);

function togglesOf(schema: Schema, path = ''): string[] {
  const under = (name: string) => (path ? `${path}.${name}` : name);
  const inner = [schema.items, schema.additionalProperties].filter((s) => typeof s === 'object');
  const below = [...Object.entries(schema.properties ?? {}), ...inner.map((s) => ['*', s] as const)];
  if (below.length === 0) return isToggle(path, schema.type) ? [path] : [];
  return below.flatMap(([name, s]) => togglesOf(s, under(name)));
}

function leavesOf(value: unknown, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, JSON.stringify(value)]];
  return Object.entries(value).flatMap(([name, inner]) => leavesOf(inner, path ? `${path}.${name}` : name));
}

/** Names that a configuration chooses, as `*`. */
const general = (path: string): string => path.replace(/^nodes\.[^.]+/, 'nodes.*').replace(/\.\d+(?=\.|$)/g, '.*');

async function readWays(): Promise<Way[]> {
  const read = stories.map(async (name) => {
    const story = await readGiven(`${here}${name}`);
    const then = `${here}${name}/then.txt`;
    const told = existsSync(then) ? readTold(readFileSync(then, 'utf8')) : {};
    const { cluster, minutes, changes } = story;
    return waysOf(story).map(([way, { config }]) => ({
      name: `${name} ${way}`,
      of: JSON.stringify([cluster, minutes, changes]),
      options: new Map(leavesOf(storyConfig('any', config))),
      told: told[way] ?? '',
    }));
  });
  return (await Promise.all(read)).flat();
}

/** Pairs of ways in which the same cluster was played and one option alone was different. */
function comparisons(ways: readonly Way[]): { option: string; pair: string; differs: boolean }[] {
  return ways.flatMap((one, i) =>
    ways.slice(i + 1).flatMap((other) => {
      if (one.of !== other.of) return [];
      const all = new Set([...one.options.keys(), ...other.options.keys()]);
      const changed = [...all].filter((path) => one.options.get(path) !== other.options.get(path));
      if (changed.length !== 1) return [];
      const pair = `${one.name} | ${other.name}`;
      return [{ option: general(changed[0]!), pair, differs: one.told !== other.told }];
    }),
  );
}

const compared = comparisons(await readWays());
const toggles = togglesOf(z.toJSONSchema(Config, { io: 'input', unrepresentable: 'any' }) as Schema);

describe('a story turns it on and off, and is told otherwise then', () => {
  test.each(toggles.filter((option) => !(option in notTold)))('%s', (option) => {
    expect(compared.filter((c) => c.option === option && c.differs)).not.toEqual([]);
  });
});

test('the options of the seed are among them', () => {
  expect(toggles).toEqual(
    expect.arrayContaining([
      'intelligent_migrations.enabled',
      'intelligent_migrations.guest_success_tracking_enabled',
      'penalty_config.cluster_convergence_threshold',
      'penalty_config.seasonal_baseline.enabled',
    ]),
  );
});

test.each(Object.entries(notTold))('%s is tried elsewhere', (option, { because, file, test: words }) => {
  expect(toggles).toContain(option);
  expect(because).toMatch(/^[A-Z].{30,}\.$/);
  expect(readFileSync(resolve(root, file), 'utf8')).toContain(words);
});

test('no two ways of a story differ by an option that nobody notices', () => {
  expect(compared.filter(({ differs }) => !differs).map(({ pair }) => pair)).toEqual([]);
});
