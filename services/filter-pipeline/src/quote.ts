/** A fraction as percent with at most one decimal: `85.3%`. */
export const percent = (fraction: number): string => `${figure(fraction * 100)}%`;

/** A number with at most one decimal. */
export const figure = (value: number): string => String(Math.round(value * 10) / 10);

/** A ratio or probability with at most two decimals. */
export const fine = (value: number): string => String(Math.round(value * 100) / 100);

/** A duration (milliseconds) in the unit that reads best: `12 s`, `25 min`, `3.5 h`. */
export function span(ms: number): string {
  if (ms < 120_000) return `${Math.ceil(ms / 1000)} s`;
  return ms < 7_200_000 ? `${Math.ceil(ms / 60_000)} min` : `${figure(ms / 3_600_000)} h`;
}
