export type Point = { hour: number; mib: number };

/** By how much of its mean something grows per `over` hours, as the straight line through its points has it. */
export function fitGrowth(points: readonly Point[], over: number): number {
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(({ hour }) => hour)), mean(points.map(({ mib }) => mib))];
  const slope =
    points.reduce((sum, { hour, mib }) => sum + (hour - x) * (mib - y), 0) /
    points.reduce((sum, { hour }) => sum + (hour - x) ** 2, 0);
  return (slope * over) / y;
}
