import type { Row } from './measure.ts';

/** Figures with what each is held against, one a line. */
export function showTable(rows: readonly Row[]): string {
  const cells = rows.map(({ what, value, aim, met, beside }) => [
    what,
    value,
    aim,
    met === undefined ? '' : met ? 'met' : 'MISSED',
    beside,
  ]);
  const lines = [['what', 'measured', 'aim', '', 'beside it'], ...cells];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
