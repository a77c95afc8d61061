import { expect, test } from 'vitest';
import { ask } from '../testing/given.ts';
import { risk } from './risk.ts';

const high = (confidence_score: number) => ({
  confidence_score,
  risk: { high: true, flags: [{ flag: 'memory', value: 128, limit: 32, sentence: '128 GiB of memory, high from 32' }] },
});

test.each([
  ['not high', { confidence_score: 10 }, 1.2, 'passed'],
  ['enough', high(90), 1.2, 'passed'],
  [
    '[P13] an idle giant is high risk by its size',
    high(89),
    1.2,
    'filtered: high risk (128 GiB of memory, high from 32): confidence 89 of 90 needed',
  ],
  ['never more than 100', high(100), 2, 'passed'],
])('%s', (_, recommendation, risk_confidence_multiplier, says) => {
  expect(ask(risk, { recommendation, config: { intelligent_migrations: { risk_confidence_multiplier } } })).toBe(says);
});
