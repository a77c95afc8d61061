import type { z } from 'zod';
import { toJSONSchema } from 'zod';

type Schema = {
  const?: unknown;
  enum?: unknown[];
  type?: string;
  anyOf?: Schema[];
  oneOf?: Schema[];
  items?: Schema;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
};

/** `newer` says more than this version knows, at every depth; `older` does not say what this version takes as optional. */
export type Shift = 'newer' | 'older';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const later = { x_added_later: { by: 'a version to come', figures: [1, 2] } };

/** Whether a value is of this branch of a union, as far as its kind and its constants tell. */
function fits(schema: Schema, value: unknown): boolean {
  if ('const' in schema) return schema.const === value;
  if (schema.enum) return schema.enum.includes(value);
  if (schema.properties) {
    if (!isObject(value)) return false;
    const { required = [], properties } = schema;
    return required.every(
      (name) => name in value && (!('const' in properties[name]!) || fits(properties[name]!, value[name])),
    );
  }
  if (schema.type === 'null') return value === null;
  if (schema.type === 'array') return Array.isArray(value);
  if (schema.type === 'object') return isObject(value);
  return schema.type === 'integer'
    ? typeof value === 'number'
    : schema.type === undefined || schema.type === typeof value;
}

function shift(schema: Schema, value: unknown, how: Shift, keeps: (name: string) => boolean): unknown {
  const branch = (schema.anyOf ?? schema.oneOf)?.find((one) => fits(one, value));
  if (branch) return shift(branch, value, how, keeps);
  if (Array.isArray(value))
    return value.map((item, i) => shift(schema.prefixItems?.[i] ?? schema.items ?? {}, item, how, keeps));
  if (!isObject(value)) return value;
  const { properties, required = [], additionalProperties: rest } = schema;
  const kept = Object.entries(value).filter(
    ([name]) => how === 'newer' || !properties || required.includes(name) || keeps(name),
  );
  const inner = (name: string): Schema => properties?.[name] ?? (typeof rest === 'object' ? rest : {});
  const shifted = kept.map(([name, of]) => [name, shift(inner(name), of, how, keeps)]);
  return { ...Object.fromEntries(shifted), ...(how === 'newer' && properties ? later : {}) };
}

/** A value as another version would have written it; what `keeps` names was there from the beginning. */
export function shiftVersion(schema: z.ZodType, how: Shift, keeps: (name: string) => boolean = () => false) {
  const json = toJSONSchema(schema, { io: 'input' }) as Schema;
  return (value: unknown): unknown => shift(json, value, how, keeps);
}
