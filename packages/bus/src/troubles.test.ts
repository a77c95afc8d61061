import { expect, test } from 'vitest';
import { createTroubles } from './troubles.ts';

test('what was met once and not again is over after its time; what has none lasts until it is taken back', () => {
  let now = 0;
  const troubles = createTroubles(() => now);
  troubles.set('publishing', 'publishing fails', 60_000);
  now = 50_000;
  troubles.set('publishing', 'publishing fails still', 60_000);
  troubles.set('connection', 'no connection');
  now = 109_000;
  expect(troubles.sentence()).toBe('publishing fails still');
  now = 111_000;
  expect(troubles.sentence()).toBe('no connection');
  troubles.delete('connection');
  expect(troubles.sentence()).toBeNull();
});
