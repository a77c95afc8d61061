import type { z } from 'zod';
import type { Call } from './call.ts';
import { readRows } from './decode/values.ts';
import { ProxmoxError } from './port.ts';

export type EdgeLog = { warn: (fields: object, message: string) => void };

const nothing: EdgeLog = { warn: () => {} };

/** Calls whose answers are decoded before anybody sees them; what the API does not promise is a `bad_answer`. */
export function createReader(call: (call: Call) => Promise<unknown>, log: EdgeLog = nothing) {
  const bad = (path: string): ProxmoxError =>
    new ProxmoxError('bad_answer', `GET ${path}: the answer is not what the API promises.`, { status: 200 });
  const report = (path: string, dropped: number): void => {
    if (dropped > 0) log.warn({ path, dropped }, 'rows of an answer could not be read and were left out');
  };

  const decoded = async <T>(
    path: string,
    decode: (data: unknown) => T | undefined,
    query: Record<string, string> = {},
  ): Promise<T> => {
    const value = decode(await call({ method: 'GET', path, query }));
    if (value === undefined) throw bad(path);
    return value;
  };

  return {
    decoded,
    report,
    object: <T>(path: string, schema: z.ZodType<T>, query?: Record<string, string>): Promise<T> =>
      decoded(path, (data) => schema.safeParse(data).data, query),
    rows: async <T>(path: string, schema: z.ZodType<T>, query?: Record<string, string>): Promise<T[]> => {
      const { rows, dropped } = await decoded(path, (data) => readRows(schema, data), query);
      report(path, dropped);
      return rows;
    },
  };
}

export type Reader = ReturnType<typeof createReader>;
