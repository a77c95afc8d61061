import { clusterSampled, type DataOf } from '@evenkeel/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { conforms } from './conforms.ts';

/** As TypeScript makes an enum of numbers: its names by their numbers too. */
const numbered = { One: 1, Nine: 9, 1: 'One', 9: 'Nine' } as const;

const leaves: z.ZodType[] = [
  z.string().min(2),
  z.string().max(1),
  z.string().length(2),
  z.array(z.unknown()).min(2),
  z.enum(numbered),
  z.string().exactOptional(),
  z.string(),
  z.string().regex(/^a+$/),
  z.string().min(1).max(3),
  z.iso.datetime({ offset: false }),
  z.number(),
  z.number().int().min(0),
  z.number().gt(0).lt(9),
  z.boolean(),
  z.enum(['a', 'b']),
  z.literal('a'),
  z.number().default(1),
  z.number().default(1).optional(),
  z.coerce.number(),
  z.string().trim(),
  z.string().transform((text) => text.length),
  z.union([z.object({ a: z.string() }), z.record(z.string(), z.string())]),
  z.email(),
  z.number().refine((n) => n < 5),
  z.unknown(),
];
const { schema } = fc.letrec<{ schema: z.ZodType }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: fc.constantFrom(...leaves) },
    tie('schema').map((one) => one.optional()),
    tie('schema').map((one) => one.exactOptional()),
    tie('schema').map((one) => one.nullable()),
    tie('schema').map((one) => z.array(one)),
    fc.tuple(tie('schema'), tie('schema')).map(([a, b]) => z.tuple([a, b])),
    tie('schema').map((one) => z.record(z.string().regex(/^[ab]$/), one)),
    fc
      .dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('schema'), { maxKeys: 2 })
      .map((shape) => z.object(shape)),
    tie('schema').map((one) => z.strictObject({ a: one })),
  ),
}));
const scalar = fc.constantFrom<unknown>(
  'a',
  'aa',
  '',
  'b',
  '2026-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  1,
  1.5,
  -0,
  -1,
  9,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 60,
  true,
  null,
  undefined,
  ' a ',
  '😀',
  'a😀',
  '😀😀',
  '\ud83d',
  'One',
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { weight: 3, arbitrary: scalar },
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), { maxKeys: 2, noNullPrototype: false }),
  ),
}));

test('law: what conforms is what the schema makes of it', () => {
  let conforming = 0;
  fc.assert(
    fc.property(schema, value, (schema, value) => {
      if (!conforms(schema, value)) return;
      conforming += 1;
      const parsed = schema.safeParse(value);
      expect(parsed.success).toBe(true);
      expect(parsed.data).toStrictEqual(value);
    }),
    { numRuns: 20_000 },
  );
  expect(conforming).toBeGreaterThan(300);
});

const sure: [string, z.ZodType, unknown][] = [
  ['a text that is long or short enough however it is counted', z.string().min(2).max(4), 'aé😀'],
  ['an object without what may be missing', z.object({ a: z.string(), b: z.string().optional() }), { a: '' }],
  ['a list of tuples', z.array(z.tuple([z.number().min(0), z.number().nullable()])), [[1, null]]],
  ['a record', z.record(z.string().regex(/^a/), z.boolean()), { a: true, ab: false }],
  ['a time', z.iso.datetime({ offset: false }), '2026-02-28T00:00:00.000Z'],
];
const unsure: [string, z.ZodType, unknown][] = [
  ['a character that counts for one', z.string().min(2), '😀'],
  ['a name of a number', z.enum(numbered), 'One'],
  ['nothing where it may only be missing', z.object({ a: z.string().exactOptional() }), { a: undefined }],
  ['a property that is not known', z.object({ a: z.string() }), { a: '', b: 1 }],
  ['a property that is missing', z.object({ a: z.string() }), {}],
  ['a day that there is not', z.iso.datetime(), '2026-02-30T00:00:00.000Z'],
  ['something that stands in', z.object({ a: z.number().default(1).optional() }), {}],
  ['a property that zod leaves out', z.object({ ['__proto__']: z.string() }), JSON.parse('{"__proto__":"a"}')],
  ['a number too many', z.tuple([z.number()]), [1, 2]],
];

describe('it is sure of', () =>
  test.each(sure)('%s', (_, schema, value) => expect(conforms(schema, value)).toBe(true)));
describe('it is not sure of', () =>
  test.each(unsure)('%s', (_, schema, value) => expect(conforms(schema, value)).toBe(false)));

test('it is sure of the guests of a sample, of which there are thousands', () => {
  const guest: DataOf<typeof clusterSampled>['guests'][number] = {
    guest: 'qemu/1',
    vmid: 1,
    type: 'qemu',
    name: 'x',
    node: 'n',
    status: 'running',
    template: false,
    cpu: 0.5,
    maxcpu: 1,
    mem: 1,
    maxmem: 2,
    mem_source: 'host',
    maxdisk: 0,
    netin: 0,
    netout: 0,
    diskread: 0,
    diskwrite: 0,
    uptime: 0,
    tags: ['a'],
    backup: { at: '2026-01-01T00:00:00.000Z', running: false },
    identity: 'x',
  };
  const { guests } = clusterSampled.data.shape;
  expect(conforms(guests, [guest, { ...guest, vmid: 2 }])).toBe(true);
  expect(conforms(guests, [guest, { ...guest, vmid: '2' }])).toBe(false);
});
