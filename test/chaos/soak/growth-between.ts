export type Point = { hour: number; mib: number };

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Share a day by which the median of the hour before one hour is less than that of the hour before another. */
export function growthBetween(points: readonly Point[], early: number, late: number): number {
  const [before, after] = [early, late].map((end) =>
    median(points.filter(({ hour }) => hour > end - 1 && hour <= end).map(({ mib }) => mib)),
  ) as [number, number];
  return ((after / before - 1) * 24) / (late - early);
}
