import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseOnce } from './parse-once.ts';

const Inner = z.object({ n: z.number(), words: z.array(z.string()) });
const Outer = z.object({
  inner: Inner,
  more: z.array(Inner),
  note: z.string().optional(),
  level: z.number().default(1),
});

const anything = fc.oneof(fc.integer(), fc.string(), fc.constant(undefined), fc.constant(null), fc.array(fc.string()));
const inner = fc.oneof(
  { weight: 6, arbitrary: fc.record({ n: fc.integer(), words: fc.array(fc.string()), extra: fc.string() }) },
  { weight: 1, arbitrary: fc.record({ n: anything, words: anything }) },
  { weight: 1, arbitrary: anything },
);
const outer = fc.record(
  { inner, more: fc.array(inner), note: fc.oneof(fc.string(), anything), level: anything, extra: fc.string() },
  { requiredKeys: [] },
);

test('answers as the schema does, with the same data and the same complaints', () => {
  fc.assert(
    fc.property(outer, (value) => {
      const { success, data, error } = Outer.safeParse(value);
      const parsed = parseOnce(Outer, value);
      expect(parsed.success).toBe(success);
      if (parsed.success) expect(parsed.data).toEqual(data);
      else expect(parsed.error.issues).toEqual(error?.issues);
    }),
  );
});

test('what passed is handed back as it is, and so is what came out of it', () => {
  const value = { inner: { n: 1, words: [], extra: 1 }, more: [] };
  const first = parseOnce(Outer, value);
  expect(first).toEqual({ success: true, data: { inner: { n: 1, words: [] }, more: [], level: 1 } });
  const data = first.success ? (first.data as typeof value) : value;
  const again = parseOnce(z.object({ inner: Inner, at: z.string() }), { inner: data.inner, at: 'now' });
  expect(again.success && (again.data as typeof value).inner).toBe(data.inner);
});

test('passing one schema is no pass for another, and objects with checks are parsed whole', () => {
  const value = { n: 1, words: ['a'] };
  expect(parseOnce(Inner, value).success).toBe(true);
  expect(parseOnce(z.object({ n: z.string() }), value).success).toBe(false);
  const checked = z.object({ from: z.number(), to: z.number() }).refine(({ from, to }) => from < to);
  expect(parseOnce(checked, { from: 2, to: 1 }).success).toBe(false);
  expect(parseOnce(z.strictObject({ n: z.number() }), { n: 1, m: 2 }).success).toBe(false);
});
