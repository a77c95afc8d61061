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

test('says what it rests on', () => {
  const improvement = { expected: 9, low: 1, high: 17, chances: { now: 0.93, usual: 0.204 } };
  expect(ask(confidence, { recommendation: { confidence_score: 54, improvement } })).toBe(
    'filtered: confidence 54 of 75 needed (chance of a gain 93% by what is now, 20.4% by what is usual)',
  );
});

test('a configured 0 is 0', () => {
  const config = { automated_migrations: { rules: { min_confidence_score: 0 } } };
  expect(ask(confidence, { config, recommendation: { confidence_score: 0 } })).toBe('passed');
});
