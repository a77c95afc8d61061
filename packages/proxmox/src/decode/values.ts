import { z } from 'zod';

/** Proxmox writes a number as a number or, where it comes from a text file, as a string; anything else is no number. */
export function toNumber(value: unknown): number | undefined {
  const n =
    typeof value === 'number' ? value : typeof value === 'string' && /\d/.test(value) ? Number(value) : Number.NaN;
  return Number.isFinite(n) ? n : undefined;
}

/** `1`, `"1"`, `true` and their like; undefined where it says nothing of the kind. */
export function toBoolean(value: unknown): boolean | undefined {
  if (value === true || value === 1 || value === '1' || value === 'true' || value === 'yes' || value === 'on')
    return true;
  if (value === false || value === 0 || value === '0' || value === 'false' || value === 'no' || value === 'off')
    return false;
  return undefined;
}

const optional = <T>(read: (value: unknown) => T) => z.unknown().optional().transform(read);

/** A number from 0 to `max`; what is absent, null, no number or outside is undefined. */
export const num = (max = Number.MAX_SAFE_INTEGER) =>
  optional((value) => {
    const n = toNumber(value);
    return n !== undefined && n >= 0 && n <= max ? n : undefined;
  });
/** The same, where the row means nothing without it. */
export const requiredNum = (max?: number) => num(max).pipe(z.number());
export const flag = (fallback: boolean) => optional((value) => toBoolean(value) ?? fallback);
export const text = optional((value) => (typeof value === 'string' && value !== '' ? value : undefined));
export const requiredText = z.string().min(1);
/** Text of something that Proxmox may also write as a number, such as a guest named 100. */
export const looseText = optional((value) => {
  const said = typeof value === 'number' ? String(value) : value;
  return typeof said === 'string' && said !== '' ? said : undefined;
});
/** `a;b`, `a,b` and `a b` alike; a list stays one. */
export const words = optional((value) => {
  const parts = Array.isArray(value) ? value : typeof value === 'string' ? value.split(/[;,\s]+/) : [];
  return parts.filter((part): part is string => typeof part === 'string' && part !== '');
});
/** `a=1,b=2`, or the object that it means. */
export const properties = optional((value): Record<string, unknown> => {
  if (isObject(value)) return value;
  if (typeof value !== 'string') return {};
  return Object.fromEntries(value.split(',').map((pair) => split(pair, '=')));
});
/** Any object; anything else counts as empty (Perl writes an empty hash in more than one way). */
export const anyObject = optional((value): Record<string, unknown> => (isObject(value) ? value : {}));

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function split(pair: string, at: string): [string, string] {
  const position = pair.indexOf(at);
  return position < 0 ? [pair.trim(), ''] : [pair.slice(0, position).trim(), pair.slice(position + 1).trim()];
}

/** Rows that can be read, and those that could not, as they came; undefined where there is no list at all. */
export function readRows<T>(schema: z.ZodType<T>, data: unknown): { rows: T[]; dropped: unknown[] } | undefined {
  if (data === null || data === undefined) return { rows: [], dropped: [] };
  if (!Array.isArray(data)) return undefined;
  const dropped: unknown[] = [];
  const rows = data.flatMap((row) => {
    const read = schema.safeParse(row);
    if (!read.success) dropped.push(row);
    return read.success ? [read.data] : [];
  });
  return { rows, dropped };
}
