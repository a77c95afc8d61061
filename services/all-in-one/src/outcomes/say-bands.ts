import { columns, percent } from '../commands/columns.ts';
import type { ConfidenceBand } from './by-confidence.ts';

/** The calibration of confidence as a table. */
export const sayBands = (bands: readonly ConfidenceBand[]): string =>
  columns([
    ['confidence', 'judged', 'expected', 'came'],
    ...bands.map((b) => [`${b.from}–${b.to}`, String(b.judged), percent(b.expected), percent(b.actual)]),
  ]);
