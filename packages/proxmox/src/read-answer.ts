import type { z } from 'zod';
import type { Call } from './call.ts';
import { isObject, readRows } from './decode/values.ts';
import { type DroppedRows, type OnDropped, ProxmoxError } from './port.ts';

type Say = (fields: object, message: string) => void;
/** `info` tells that what `warn` told of is over. */
export type EdgeLog = { warn: Say; info: Say };

const nothing: EdgeLog = { warn: () => {}, info: () => {} };

/** Who is told of dropped rows, if anybody, and as what. */
export type Hearing = { what: DroppedRows['what']; onDropped: OnDropped | undefined };

/** Only what looks like an id: the row is text from outside. */
function idOf(row: unknown): { id?: string } {
  if (!isObject(row)) return {};
  const { rule, group, sid, id, node, name, upid } = row;
  const found = [rule, group, sid, id, node, name, upid].find((value) => typeof value === 'string');
  return typeof found === 'string' && /^[\w.:-]{1,40}$/.test(found) ? { id: found } : {};
}

/** Calls whose answers are decoded before anybody sees them; what the API does not promise is a `bad_answer`. */
export function createReader(call: (call: Call) => Promise<unknown>, log: EdgeLog = nothing) {
  const bad = (path: string): ProxmoxError =>
    new ProxmoxError('bad_answer', `GET ${path}: the answer is not what the API promises.`, { status: 200 });
  const told = new Map<string, number>();
  const report = (path: string, dropped: readonly unknown[], hearing?: Hearing): void => {
    const news = dropped.length !== (told.get(path) ?? 0);
    if (dropped.length === 0) return void told.delete(path);
    told.set(path, dropped.length);
    if (news) log.warn({ path, dropped: dropped.length }, 'rows of an answer could not be read and were left out');
    hearing?.onDropped?.({ what: hearing.what, count: dropped.length, ...idOf(dropped[0]) });
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
    rows: async <T>(
      path: string,
      schema: z.ZodType<T>,
      query?: Record<string, string>,
      hearing?: Hearing,
    ): Promise<T[]> => {
      const { rows, dropped } = await decoded(path, (data) => readRows(schema, data), query);
      report(path, dropped, hearing);
      return rows;
    },
  };
}

export type Reader = ReturnType<typeof createReader>;
