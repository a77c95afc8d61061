/** Wait before the next attempt where nobody named one, milliseconds: 1 s, doubled each time up to 30 s. */
export function backOff(attempt: number): number {
  return Math.min(30_000, 1_000 * 2 ** Math.min(attempt - 1, 5));
}
