import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Parser } from '@asyncapi/parser';
import { commands, events } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { documents, folders } from './documents.ts';

const root = resolve(import.meta.dirname, '../..');
const generated = await documents();
const committed = (path: string) =>
  existsSync(resolve(root, path)) ? readFileSync(resolve(root, path), 'utf8') : undefined;

test.each(Object.keys(generated))('%s is fresh; if not, run: pnpm generate', (path) => {
  expect(committed(path) === generated[path]).toBe(true);
});

test('beside the generated documents stands nothing that is no longer generated', () => {
  const there = folders.flatMap((folder) => readdirSync(resolve(root, folder)).map((file) => `${folder}/${file}`));
  expect(there.filter((path) => !(path in generated))).toEqual([]);
});

test('the AsyncAPI document is valid, sends every event and receives every command', async () => {
  const { document, diagnostics } = await new Parser().parse(generated['deploy/asyncapi.json'] ?? '');
  expect(
    diagnostics.filter(({ severity }) => severity <= 1).map(({ message, path }) => `${path.join('.')}: ${message}`),
  ).toEqual([]);
  const operations = document!.operations();
  const namesOf = (some: ReturnType<typeof operations.filterBySend>) =>
    some
      .flatMap((operation) =>
        operation
          .messages()
          .all()
          .map((m) => m.name()),
      )
      .sort();
  expect(namesOf(operations.filterBySend())).toEqual(events.map(({ name }) => name).sort());
  expect(namesOf(operations.filterByReceive())).toEqual(commands.map(({ name }) => name).sort());
});
