import { expect, test } from 'vitest';
import { commitOf, freshScope, storeContract } from './contract.ts';
import { createMemoryStore } from './memory-store.ts';
import { noVersion } from './version.ts';

storeContract('memory', async () => createMemoryStore());
storeContract('memory, encoded', async () => createMemoryStore({ encode: true }));

test('encoded values cannot be changed in place, others are kept by reference', async () => {
  for (const encode of [true, false]) {
    const store = createMemoryStore({ encode });
    const scope = freshScope();
    const value = { parts: [1] };
    await store.commit(scope, commitOf({ writes: [{ record: 'r', part: 'p', value }] }));
    value.parts.push(2);
    expect(await store.get(scope.cluster, 'r', 'p')).toEqual({ parts: encode ? [1] : [1, 2] });
  }
});

test('the oldest receipts are forgotten', async () => {
  const store = createMemoryStore({ receipts: 2 });
  const scope = freshScope();
  let expected_version = noVersion;
  for (const n of [0, 1, 2])
    expected_version = (await store.commit(scope, commitOf({ expected_version, causes: [`${n}`] }))) as string;
  expect(await Promise.all(['0', '1', '2'].map((cause) => store.handled(scope, cause)))).toEqual([false, true, true]);
});

test('a copy knows what the store did, and nothing of what comes later', async () => {
  const store = createMemoryStore({ encode: true });
  const scope = freshScope();
  const write = (value: string) => ({ writes: [{ record: 'r', part: 'p', value }] });
  await store.commit(scope, commitOf({ ...write('before'), causes: ['one'] }));
  const copy = store.copy();
  await store.commit(scope, commitOf({ ...write('after'), causes: ['two'], expected_version: '1/first' }));
  expect(await copy.get(scope.cluster, 'r', 'p')).toBe('before');
  expect(await Promise.all(['one', 'two'].map((cause) => copy.handled(scope, cause)))).toEqual([true, false]);
  expect(await copy.version(scope)).toBe('1/first');
});
