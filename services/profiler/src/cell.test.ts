import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cellLength,
  cpuCode,
  cpuOfCode,
  decodeCell,
  decodeCells,
  emptyCell,
  encodeCell,
  scaleCells,
  unseen,
} from './cell.ts';

const code = fc.integer({ min: 0, max: 255 });
const cell = fc.record({
  cpu: fc.array(code, { minLength: 6, maxLength: 6 }),
  mem: fc.option(fc.double({ min: 0, max: 2 ** 24, noNaN: true }), { nil: undefined }),
  samples: fc.integer({ min: 0, max: 360 }),
});

test('a cell says what was put in: CPU exactly, memory to 0.3 %, samples to 6 %', () => {
  fc.assert(
    fc.property(cell, (put) => {
      const text = encodeCell(put);
      const got = decodeCell(text, 0);
      expect(text).toHaveLength(cellLength);
      expect(got.cpu).toEqual(put.cpu);
      if (put.mem === undefined) expect(got.mem).toBeUndefined();
      else expect(Math.abs((got.mem as number) - put.mem)).toBeLessThanOrEqual(0.003 * (put.mem + 1));
      expect(Math.abs(got.samples - put.samples)).toBeLessThanOrEqual(0.5 + 0.06 * put.samples);
    }),
  );
});

test('scaling multiplies CPU, and leaves what was not seen, memory and samples alone', () => {
  const factor = fc.double({ min: 0.1, max: 10, noNaN: true });
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 3 }), factor, (put, by) => {
      const before = put.map(encodeCell).join('');
      const after = scaleCells(before, by);
      put.forEach((_, i) => {
        const [was, is] = [decodeCell(before, i), decodeCell(after, i)];
        expect(is.cpu).toEqual(was.cpu.map((code) => (code === unseen ? unseen : cpuCode(cpuOfCode[code]! * by))));
        expect([is.mem, is.samples]).toEqual([was.mem, was.samples]);
      });
      const there = scaleCells(before, Math.min(1, by));
      expect(scaleCells(scaleCells(there, 1 / Math.min(1, by)), Math.min(1, by))).toBe(there);
    }),
  );
});

test('cells stand one after the other', () => {
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 5 }), (cells) => {
      const { codes, mem } = decodeCells(cells.map(encodeCell).join(''));
      expect([...codes]).toEqual(cells.flatMap(({ cpu }) => cpu));
      expect([...mem].map((mib) => !Number.isNaN(mib))).toEqual(cells.map((c) => c.mem !== undefined));
    }),
  );
});

test.each([
  [0, 0.0001],
  [0.01, 0.0006],
  [0.2, 0.0023],
  [0.5, 0.0036],
  [1, 0.0051],
  [1.5, 0.0062],
])('CPU of %d is kept to within %d', (cpu, within) => {
  expect(Math.abs((cpuOfCode[cpuCode(cpu)] as number) - cpu)).toBeLessThanOrEqual(within);
});

test('what was not seen is not a number', () => {
  expect(cpuOfCode[unseen]).toBeNaN();
  expect(decodeCell(emptyCell, 0)).toEqual({ cpu: Array(6).fill(unseen), mem: undefined, samples: 0 });
});
