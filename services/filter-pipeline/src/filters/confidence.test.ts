import { expect, test } from 'vitest';
import { ask } from '../testing/given.ts';
import { confidence } from './confidence.ts';

test.each([
  [75, 'passed'],
  [74.9, 'filtered: confidence 74.9 of 75 needed'],
  [Number.NaN, 'filtered: confidence NaN of 75 needed'],
])('confidence %s', (confidence_score, says) => {
  expect(ask(confidence, { recommendation: { confidence_score } })).toBe(says);
});

test('a configured 0 is 0', () => {
  const config = { automated_migrations: { rules: { min_confidence_score: 0 } } };
  expect(ask(confidence, { config, recommendation: { confidence_score: 0 } })).toBe('passed');
});
