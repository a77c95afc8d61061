import fc from 'fast-check';
import { z } from 'zod';

type Schema = {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  format?: string;
  pattern?: string;
  minLength?: number;
  minimum?: number;
  exclusiveMinimum?: number;
  maximum?: number;
  items?: Schema;
  prefixItems?: Schema[];
  minItems?: number;
  properties?: Record<string, Schema>;
  required?: string[];
  propertyNames?: Schema;
  additionalProperties?: Schema | boolean;
};

const time = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2099-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

function text(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.format === 'date-time') return time;
  return schema.pattern
    ? fc.stringMatching(new RegExp(schema.pattern))
    : fc.string({ unit: 'grapheme', minLength: schema.minLength ?? 0, maxLength: 12 });
}

function number({ minimum = -1e9, exclusiveMinimum, maximum = 1e9 }: Schema, whole: boolean): fc.Arbitrary<unknown> {
  const [min, max] = [Math.max(exclusiveMinimum ?? minimum, -1e9), Math.min(maximum, 1e9)];
  const minExcluded = exclusiveMinimum !== undefined;
  if (whole) return fc.integer({ min: minExcluded ? min + 1 : min, max });
  return fc.double({ min, minExcluded, max, noNaN: true });
}

function list({ items, prefixItems, minItems = 0 }: Schema): fc.Arbitrary<unknown> {
  if (prefixItems) return fc.tuple(...prefixItems.map(of));
  return fc.array(of(items ?? {}), { minLength: minItems, maxLength: minItems + 2 });
}

function section(schema: Schema): fc.Arbitrary<unknown> {
  const { properties, required = [], propertyNames = { type: 'string' }, additionalProperties } = schema;
  if (!properties && typeof additionalProperties === 'object') {
    return fc.dictionary(of(propertyNames) as fc.Arbitrary<string>, of(additionalProperties), { maxKeys: 2 });
  }
  const fields = Object.fromEntries(Object.entries(properties ?? {}).map(([name, inner]) => [name, of(inner)]));
  return fc.record(fields, { requiredKeys: required.filter((name) => name in fields) });
}

function of(schema: Schema): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return fc.oneof(...choices.map(of));
  if (Array.isArray(schema.type)) return fc.oneof(...schema.type.map((type) => of({ ...schema, type })));
  switch (schema.type) {
    case 'object':
      return section(schema);
    case 'array':
      return list(schema);
    case 'string':
      return text(schema);
    case 'integer':
    case 'number':
      return number(schema, schema.type === 'integer');
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

/** Any value that this schema allows, small. */
export const anyOf = (schema: z.ZodType): fc.Arbitrary<never> =>
  of(z.toJSONSchema(schema, { io: 'input' }) as Schema) as fc.Arbitrary<never>;
