import type { Series } from './series.ts';

/** Sums over the values of a series up to each step, from which any fit of a few parameters follows at once. */
type Sums = { n: Series; x: Series; xx: Series; y: Series; xy: Series; yy: Series };

/** How well three shapes describe a series: least squared distances from a line, from two levels one after the other, and from a level that bends into a slope. */
export type Shapes = { line: number; step: number; bend: number; bend_at: number };

/** Fits the three shapes; a step has at least `ends` values on either side, a bend at least `slope` steps of slope. */
export function fitShapes(series: Series, ends: number, slope: number): Shapes {
  const sums = sumUp(series);
  const shapes: Shapes = {
    line: aroundBend(sums, 0),
    step: Number.POSITIVE_INFINITY,
    bend: Number.POSITIVE_INFINITY,
    bend_at: 0,
  };
  for (let at = ends; at <= series.length - ends; at++) shapes.step = Math.min(shapes.step, aroundStep(sums, at));
  for (let at = 0; at <= series.length - slope; at++) {
    const bend = aroundBend(sums, at);
    if (bend < shapes.bend) [shapes.bend, shapes.bend_at] = [bend, at];
  }
  return shapes;
}

function sumUp(series: Series): Sums {
  const run = (term: (value: number, i: number) => number): Series => {
    const sums = new Float64Array(series.length + 1);
    for (let i = 0; i < series.length; i++) {
      const value = series[i] as number;
      sums[i + 1] = (sums[i] as number) + (Number.isNaN(value) ? 0 : term(value, i));
    }
    return sums;
  };
  return {
    n: run(() => 1),
    x: run((_, i) => i),
    xx: run((_, i) => i * i),
    y: run((value) => value),
    xy: run((value, i) => i * value),
    yy: run((value) => value * value),
  };
}

const between = (sums: Series, from: number): number => (sums[sums.length - 1] as number) - (sums[from] as number);

/** Squared distances from the mean, given a count, a sum and a sum of squares. */
const scatter = (n: number, sum: number, squares: number): number => (n > 0 ? Math.max(0, squares - sum ** 2 / n) : 0);

function aroundStep({ n, y, yy }: Sums, at: number): number {
  const before = scatter(n[at] as number, y[at] as number, yy[at] as number);
  return before + scatter(between(n, at), between(y, at), between(yy, at));
}

function aroundBend({ n, x, xx, y, xy, yy }: Sums, at: number): number {
  const count = between(n, 0);
  const after = between(n, at);
  const rise = between(x, at) - at * after;
  const rises = between(xx, at) - 2 * at * between(x, at) + at * at * after;
  const product = between(xy, at) - at * between(y, at) - (rise * between(y, 0)) / count;
  const spread = scatter(count, rise, rises);
  const total = scatter(count, between(y, 0), between(yy, 0));
  return spread > 0 ? Math.max(0, total - product ** 2 / spread) : total;
}
