import type { TraceTable } from './load.ts';

type Format = { unit: 'percent' | 'tenths'; interval_s: number };

/**
 * Reads traces: one guest a line, its name and then one CPU figure per interval, in percent or tenths of a percent.
 * Two lines `name/cpu` and `name/mem` give a guest's CPU and memory. Throws on a line without figures.
 */
export const parseTrace = (text: string, { unit, interval_s }: Format): TraceTable => {
  const scale = unit === 'tenths' ? 1000 : 100;
  const rows = new Map<string, Float32Array>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [name, ...cells] = line.trim().split(',');
    const values = Float32Array.from(cells, (cell) => Number(cell) / scale);
    if (!name || values.length === 0 || values.some(Number.isNaN))
      throw new Error(`line ${index + 1} of the trace is not a name and its figures`);
    rows.set(name, values);
  }
  return { interval_ms: interval_s * 1000, rows };
};

/** The guests of a trace, whether it has one line a guest or two. */
export const traceNames = (table: TraceTable): string[] => [
  ...new Set([...table.rows.keys()].map((name) => name.replace(/\/(cpu|mem)$/, ''))),
];
