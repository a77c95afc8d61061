import type { z } from 'zod';

type Test = (value: unknown) => boolean;
type Def = Record<string, unknown>;

const never: Test = () => false;
const tests = new WeakMap<z.ZodType, Test>();

/**
 * Whether a value is to the letter what its schema would make of it, found out without making it anew: of large events the copy costs more
 * than the check. False also where that is not certain, so that only the schema itself refuses and says why.
 */
export const conforms = (schema: z.ZodType, value: unknown): boolean => testOf(schema)(value);

function testOf(schema: z.ZodType): Test {
  const known = tests.get(schema);
  if (known) return known;
  const made = make(schema);
  tests.set(schema, made);
  return made;
}

const defOf = (schema: z.ZodType): Def => schema.def as unknown as Def;
const inner = (def: Def, key: string): Test => testOf(def[key] as z.ZodType);

/** What is made from something else, or takes its choice, is left to the schema. */
function make(schema: z.ZodType): Test {
  const def = defOf(schema);
  if (def.coerce || def.error) return never;
  const checks = ((def.checks as { _zod: { def: Def } }[] | undefined) ?? []).map((check) => check._zod.def);
  const known = [...(def.check === undefined ? [] : [def]), ...checks].map(checkOf);
  if (known.some((check) => check === undefined)) return never;
  const bare = bareOf(schema, def);
  const all = known as Test[];
  if (all.length === 0) return bare;
  return (value) => bare(value) && all.every((check) => check(value));
}

/** What of a check is asked of a value of the right type; undefined where it is of a kind that is not known here. */
function checkOf({ check, format, pattern, value, inclusive, minimum, maximum }: Def): Test | undefined {
  const limit = value as number;
  if (check === 'string_format' && pattern instanceof RegExp && ['regex', 'datetime'].includes(format as string))
    return pattern.global || pattern.sticky ? undefined : (text) => pattern.test(text as string);
  if (check === 'number_format' && format === 'safeint') return (n) => Number.isSafeInteger(n);
  if (check === 'greater_than') return inclusive ? (n) => (n as number) >= limit : (n) => (n as number) > limit;
  if (check === 'less_than') return inclusive ? (n) => (n as number) <= limit : (n) => (n as number) < limit;
  if (check === 'min_length') return (held) => hasAtLeast(held as string | unknown[], minimum as number);
  if (check === 'max_length') return (held) => (held as string | unknown[]).length <= (maximum as number);
  return undefined;
}

const mayBePair = /[\uD800-\uDBFF]/;

/** A text is as long as it has characters, of which some are two units. */
const hasAtLeast = (held: string | unknown[], minimum: number): boolean =>
  held.length >= minimum && (typeof held !== 'string' || held.length >= 2 * minimum || !mayBePair.test(held));

function bareOf(schema: z.ZodType, def: Def): Test {
  switch (def.type) {
    case 'string':
      return (value) => typeof value === 'string';
    case 'number':
      return (value) => Number.isFinite(value);
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'enum':
      return oneOfNames(Object.values(def.entries as Record<string, unknown>));
    case 'literal':
      return oneOf(def.values as unknown[]);
    case 'nullable':
      return orElse(null, inner(def, 'innerType'));
    case 'optional':
      return isExact(schema) ? never : orElse(undefined, inner(def, 'innerType'));
    case 'array':
      return listOf(inner(def, 'element'));
    case 'tuple':
      return def.rest ? never : tupleOf((def.items as z.ZodType[]).map(testOf));
    case 'record':
      return defOf(def.keyType as z.ZodType).type === 'string'
        ? recordOf(inner(def, 'keyType'), inner(def, 'valueType'))
        : never;
    case 'object':
      return def.catchall === undefined ? objectOf((schema as z.ZodObject).shape) : never;
    default:
      return never;
  }
}

/** May be missing, but not undefined. */
const isExact = (schema: z.ZodType): boolean => schema._zod.traits.has('$ZodExactOptional');

/** An enum of numbers also holds its names by their numbers, which are none of its values. */
const oneOfNames = (values: readonly unknown[]): Test =>
  values.every((value) => typeof value === 'string') ? oneOf(values) : never;

function oneOf(values: readonly unknown[]): Test {
  const all = new Set(values);
  return (value) => all.has(value);
}

/** What is not certain of the one is not certain of the other: something else may stand in for what is not there. */
const orElse = (other: null | undefined, test: Test): Test =>
  test === never ? never : (value) => value === other || test(value);

const listOf =
  (test: Test): Test =>
  (value) => {
    if (!Array.isArray(value)) return false;
    for (const item of value) if (!test(item)) return false;
    return true;
  };

const tupleOf =
  (items: readonly Test[]): Test =>
  (value) =>
    Array.isArray(value) && value.length === items.length && items.every((test, i) => test(value[i]));

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const recordOf =
  (isKey: Test, isValue: Test): Test =>
  (value) => {
    if (!isPlain(value)) return false;
    for (const key of Object.keys(value)) if (key === '__proto__' || !isKey(key) || !isValue(value[key])) return false;
    return true;
  };

/** Every property that is there has to be known, and every one that must be has to be there. */
function objectOf(shape: Record<string, z.ZodType>): Test {
  if (Object.hasOwn(shape, '__proto__')) return never;
  const all = Object.entries(shape).map(([key, schema]) => {
    const test = testOf(schema);
    return [key, test, test !== never && schema.def.type === 'optional'] as const;
  });
  return (value) => {
    if (!isPlain(value)) return false;
    let there = 0;
    for (const [key, test, may] of all) {
      const held = value[key];
      if (held === undefined ? !may : !test(held)) return false;
      if (held !== undefined || Object.hasOwn(value, key)) there += 1;
    }
    return Object.keys(value).length === there;
  };
}
