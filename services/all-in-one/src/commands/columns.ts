/** Rows as aligned columns, two spaces apart; numbers and what looks like them to the right. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => [...(row[c] ?? '')].length)));
  const isFigure = (text: string): boolean => /^[+−-]?\d/.test(text) || text === '–';
  const right = widths.map((_, c) => rows.slice(1).every((row) => isFigure(row[c] ?? '')));
  const pad = (text: string, c: number): string => {
    const space = ' '.repeat(Math.max(0, (widths[c] ?? 0) - [...text].length));
    return right[c] ? space + text : text + space;
  };
  return rows.map((row) => `${row.map(pad).join('  ').trimEnd()}\n`).join('');
}

export const percent = (fraction: number): string => `${Math.round(100 * fraction)} %`;
export const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
export const points = (n: number): string => `${n < 0 ? '−' : '+'}${Math.abs(n).toFixed(1)}`;
