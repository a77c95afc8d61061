/** What was done of one line of what is promised, how much is required, and each time a promise was broken. */
export type Row = { what: string; done: number; required: number; broken: string[]; figures: string; story?: string };

/** How much of what is required is played, from which seed, and for how many machine minutes at most. */
export type Wanted = { seed: number; share: number; minutes: number };

/** How long each trouble lasts, and which are played. */
export type Part = { for_s?: number; only?: RegExp };

const cells = (what: string, done: string, required: string, broken: string, figures: string): string =>
  [what.padEnd(60), done.padStart(7), required.padStart(8), broken.padStart(6), figures].join('  ').trimEnd();

/** Rows one below the other, under their headings. */
export const tellRows = (rows: readonly Row[]): string =>
  [
    cells('what', 'done', 'required', 'broken', 'figures'),
    ...rows.map((row) =>
      cells(row.what, String(row.done), String(row.required), String(row.broken.length), row.figures),
    ),
  ].join('\n');

/** The share of what is required, at least one. */
export const shareOf = (required: number, { share }: Wanted): number => Math.max(1, Math.ceil(required * share));

/** Machine time at which the budget is spent. */
export const endOf = ({ minutes }: Wanted): number => performance.now() + minutes * 60_000;

/** Seconds with one digit. */
export const seconds = (ms: number): number => Math.round(ms / 100) / 10;

/** Of sorted or unsorted numbers, the one below which so many percent lie; NaN of none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}
