import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { autocorrelation, blockMeans, mannKendall, minus, movingMean, straightLine, theilSen } from './series.ts';

const nan = Number.NaN;
const of = (...values: number[]) => Float64Array.from(values);
const line = (n: number, slope: number) => Float64Array.from({ length: n }, (_, i) => 3 + slope * i);

test('blocks are counted from the end and need half of their steps', () => {
  expect([...blockMeans(of(9, 1, 3, nan, 5, nan, nan, nan, 1), 2)]).toEqual([2, 5, nan, 1]);
  expect([...blockMeans(of(nan, 7, nan), 3)]).toEqual([nan]);
});

test('what is left is left step by step', () => {
  expect([...minus(of(3, 5, nan), of(1, 7, 1))]).toEqual([2, -2, nan]);
});

test('the moving mean keeps its width at the ends', () => {
  expect([...movingMean(of(1, 2, 3, 4, 5), 3)]).toEqual([2, 2, 3, 4, 4]);
  expect([...movingMean(of(nan, nan, 3), 1)]).toEqual([nan, nan, 3]);
});

test('a straight line is its own line of least squares, holes or not', () => {
  const whole = line(20, 0.5);
  const holed = whole.map((value, i) => (i % 3 === 0 ? nan : value));
  for (const value of minus(straightLine(holed), whole)) expect(value).toBeCloseTo(0, 9);
});

test('of one value the line is flat', () => {
  expect([...straightLine(of(nan, nan, 7))]).toEqual([7, 7, 7]);
});

describe('autocorrelation', () => {
  const wave = Float64Array.from({ length: 96 }, (_, i) => Math.sin((i * Math.PI) / 12));
  test.each([
    [24, 1],
    [12, -1],
    [6, 0],
  ])('of a wave of 24 steps after %d is about %d', (lag, expected) => {
    expect(Math.abs(autocorrelation(wave, lag) - expected)).toBeLessThan(0.06);
  });
  test('of what does not vary is 0', () => {
    expect(autocorrelation(of(0, 0, 0), 1)).toBe(0);
  });
  test('leaves holes out, and is 0 where no two values lie so far apart', () => {
    expect(autocorrelation(of(1, -1, 1, nan, 1), 1)).toBe(-1);
    expect(autocorrelation(of(1, -1, 1, nan, 1), 2)).toBe(1);
    expect(autocorrelation(of(1, -1), 2)).toBe(0);
  });
});

describe('Theil–Sen', () => {
  test('finds the slope although a quarter of the values is wild', () => {
    const wild = line(40, 0.25).map((value, i) => (i % 4 === 1 ? 100 * Math.sin(i) : value));
    expect(theilSen(wild)).toBeCloseTo(0.25, 1);
  });
  test('leaves holes out, and knows no slope of fewer than two values', () => {
    expect(theilSen(of(1, nan, 2, nan, 6))).toBe(1.25);
    expect(theilSen(of(nan, 1))).toBe(0);
  });
  test('turns with the series', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 3, maxLength: 25 }),
        (values) => {
          const count = (values.length * (values.length - 1)) / 2;
          if (count % 2 === 0) return;
          expect(theilSen(Float64Array.from(values.map((v) => -v)))).toBeCloseTo(
            -theilSen(Float64Array.from(values)),
            9,
          );
        },
      ),
    );
  });
});

describe('Mann–Kendall', () => {
  test('of ten values that rise is 3.94', () => {
    expect(mannKendall(line(10, 1), 1)).toBeCloseTo(44 / Math.sqrt(125), 9);
  });
  test('changes its sign with the direction and knows no trend in a constant', () => {
    expect(mannKendall(line(10, -1), -1)).toBe(-mannKendall(line(10, 1), 1));
    expect(mannKendall(line(10, 0), 0)).toBe(0);
  });
  test('asks for four values', () => {
    expect(mannKendall(of(1, 2, nan, 3), 1)).toBe(0);
    expect(mannKendall(of(1, 2, 3, 4), 1)).toBeCloseTo(5 / Math.sqrt((4 * 3 * 13) / 18), 9);
  });
  const six = (value: number) => Array<number>(6).fill(value);
  const levels = of(...six(1), ...six(4), ...six(2), ...six(6));
  test.each([
    ['steps of a rising line', levels, 0.1, 1.958665973273544],
    ['the same with holes', levels.map((value, i) => (i === 3 || i === 14 ? nan : value)), 0.1, 2.3295145691228276],
    [
      'two levels, that hang together as long as is looked',
      of(...six(1), ...six(1), ...six(4), ...six(4)),
      0,
      1.2763294705530137,
    ],
  ])('of %s is what the formula of Hamed and Rao gives', (_, series, slope, score) => {
    expect(mannKendall(series, slope)).toBeCloseTo(score, 9);
  });
  test('trusts values that hang together less', () => {
    const loose = Float64Array.from({ length: 60 }, (_, i) => 0.02 * i + Math.sin(7 * i * i));
    const bound = Float64Array.from({ length: 60 }, (_, i) => 0.02 * i + Math.sin(i / 6));
    expect(mannKendall(bound, theilSen(bound))).toBeLessThan(0.7 * mannKendall(loose, theilSen(loose)));
  });
});
