import { Config } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readWorkspaces } from '../architecture/read-sources.ts';

type Schema = { properties?: Record<string, Schema>; items?: Schema; additionalProperties?: Schema | boolean };

/** Names of all options, at whatever depth. */
function optionsOf(schema: Schema): string[] {
  const inner = [schema.items, schema.additionalProperties].filter((s) => typeof s === 'object');
  return [
    ...Object.entries(schema.properties ?? {}).flatMap(([name, below]) => [name, ...optionsOf(below)]),
    ...inner.flatMap(optionsOf),
  ];
}

const options = [...new Set(optionsOf(z.toJSONSchema(Config, { io: 'input', unrepresentable: 'any' }) as Schema))];
const code = readWorkspaces()
  .flatMap(({ sources }) => sources)
  .filter(({ test, path }) => !test && !path.startsWith('packages/contracts/src/config/'))
  .map(({ text }) => text.replace(/\/\*[\s\S]*?\*\//g, ''))
  .join('\n');

test.each(options)('%s is read by somebody', (name) => {
  expect(code).toMatch(new RegExp(`\\b${name}\\b`));
});
