import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Series } from './series.ts';
import { fitShapes } from './shapes.ts';

/** Squared distances from the best a + b · x, the slow way. */
function around(points: (readonly [number, number])[]): number {
  const middle = (at: 0 | 1) => points.reduce((sum, p) => sum + p[at], 0) / points.length;
  const [mx, my] = [middle(0), middle(1)];
  const spread = points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  const slope = spread > 0 ? points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) / spread : 0;
  return points.reduce((sum, [x, y]) => sum + (y - my - slope * (x - mx)) ** 2, 0);
}
const pointsOf = (series: Series, x: (i: number) => number) =>
  [...series].flatMap((y, i) => (Number.isNaN(y) ? [] : [[x(i), y] as const]));
const level = (series: Series) => (series.every(Number.isNaN) ? 0 : around(pointsOf(series, () => 0)));
const upTo = (n: number) => Array.from({ length: n + 1 }, (_, at) => at);

test('law: the shapes are those of least squares', () => {
  const value = fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 0, max: 9 }) }, fc.constant(Number.NaN));
  fc.assert(
    fc.property(fc.array(value, { minLength: 6, maxLength: 12 }), (values) => {
      fc.pre(values.some((v) => !Number.isNaN(v)));
      const series = Float64Array.from(values);
      const shapes = fitShapes(series, 2, 3);
      const steps = upTo(series.length).slice(2, -2);
      const bends = upTo(series.length - 3).map((at) => around(pointsOf(series, (i) => Math.max(0, i - at))));
      expect(shapes.line).toBeCloseTo(bends[0]!, 6);
      expect(shapes.step).toBeCloseTo(
        Math.min(...steps.map((at) => level(series.slice(0, at)) + level(series.slice(at)))),
        6,
      );
      expect(shapes.bend).toBeCloseTo(Math.min(...bends), 6);
      expect(shapes.bend).toBeCloseTo(bends[shapes.bend_at]!, 6);
    }),
    { numRuns: 50 },
  );
});

describe('a series', () => {
  const shapesOf = (...values: number[]) => {
    const { line, step, bend, bend_at } = fitShapes(Float64Array.from(values), 2, 3);
    return { line: line < 1e-9, step: step < 1e-9, bend: bend < 1e-9, bend_at };
  };
  test.each([
    ['that is level', [3, 3, 3, 3, 3, 3], { line: true, step: true, bend: true, bend_at: 0 }],
    ['that rises', [1, 2, 3, 4, 5, 6], { line: true, step: false, bend: true, bend_at: 0 }],
    ['of two levels', [1, 1, 1, 5, 5, 5], { line: false, step: true, bend: false }],
    ['that begins to rise', [2, 2, 2, 2, 3, 4, 5], { line: false, step: false, bend: true, bend_at: 3 }],
    ['whose step comes too late to be one', [1, 1, 1, 1, 1, 5], { line: false, step: false, bend: false, bend_at: 3 }],
    ['whose slope is too short to be one', [1, 1, 1, 1, 2, 3], { line: false, step: false, bend: true, bend_at: 3 }],
    ['whose slope is shorter still', [1, 1, 1, 1, 1, 3], { line: false, step: false, bend: false, bend_at: 3 }],
  ])('%s', (_, values, expected) => expect(shapesOf(...values)).toMatchObject(expected));
});
