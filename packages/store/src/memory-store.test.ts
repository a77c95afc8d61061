import { expect, test } from 'vitest';
import { commitOf, freshScope, storeContract } from './contract.ts';
import { createMemoryStore } from './memory-store.ts';

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
  for (const n of [0, 1, 2]) await store.commit(scope, commitOf({ expected_version: n, causes: [`${n}`] }));
  expect(await Promise.all(['0', '1', '2'].map((cause) => store.handled(scope, cause)))).toEqual([false, true, true]);
});
