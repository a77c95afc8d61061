import { z } from 'zod';
import { conforms } from './conforms.ts';

export type Parsed = { success: true; data: unknown } | { success: false; error: z.ZodError };

/** By value that passed in this process: the schema that it passed. What has passed must not be changed any more. */
const passed = new WeakMap<object, z.ZodType>();

/**
 * Parses as the schema does, but spends nothing on what passed the same schema in this process before: an event that the bus
 * hands on as it is, or a property that a handler took out of one event and put into the next.
 */
export function parseOnce(schema: z.ZodType, value: unknown): Parsed {
  if (typeof value !== 'object' || value === null) return schema.safeParse(value);
  if (passed.get(value) === schema) return { success: true, data: value };
  if (!isPlain(schema) && conforms(schema, value)) {
    passed.set(value, schema);
    return { success: true, data: value };
  }
  const parsed = isPlain(schema) && !Array.isArray(value) ? parseProperties(schema, value) : schema.safeParse(value);
  if (!parsed.success) return parsed;
  passed.set(value, schema);
  if (typeof parsed.data === 'object' && parsed.data !== null) passed.set(parsed.data, schema);
  return parsed;
}

/** An object that says nothing but what its properties are, so that they can be parsed one by one. */
const isPlain = (schema: z.ZodType): schema is z.ZodObject =>
  schema instanceof z.ZodObject && !schema.def.checks?.length && schema.def.catchall === undefined;

function parseProperties({ shape }: z.ZodObject, value: object): Parsed {
  const data: Record<string, unknown> = {};
  const issues: z.core.$ZodIssue[] = [];
  for (const [key, schema] of Object.entries(shape)) {
    const parsed = parseOnce(schema as z.ZodType, (value as Record<string, unknown>)[key]);
    if (!parsed.success) issues.push(...parsed.error.issues.map((issue) => ({ ...issue, path: [key, ...issue.path] })));
    else if (parsed.data !== undefined) data[key] = parsed.data;
  }
  return issues.length === 0 ? { success: true, data } : { success: false, error: new z.ZodError(issues) };
}
