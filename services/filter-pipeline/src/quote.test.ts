import { expect, test } from 'vitest';
import { figure, fine, percent, span } from './quote.ts';

test.each([
  [percent(0.853), '85.3%'],
  [percent(0.8496), '85%'],
  [figure(-1.25), '-1.2'],
  [figure(Number.NaN), 'NaN'],
  [fine(0.425), '0.43'],
  [fine(3), '3'],
  [span(0), '0 s'],
  [span(1001), '2 s'],
  [span(119_999), '120 s'],
  [span(120_000), '2 min'],
  [span(120_001), '3 min'],
  [span(7_199_999), '120 min'],
  [span(7_200_000), '2 h'],
  [span(9_000_000), '2.5 h'],
])('%s', (said, expected) => expect(said).toBe(expected));
