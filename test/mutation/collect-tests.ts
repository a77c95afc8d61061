import { format } from 'node:util';
import * as vitest from 'vitest';

/** A test as it was declared, told apart by its file and name. */
export type Collected = { id: string; name: string; file: string; run: () => unknown };

type Body = (...args: never[]) => unknown;
type Declare = (name: string, body: Body) => void;

let collected = new Map<string, Collected>();
let file = '';
let outer: string[] = [];

/** Imports test files one by one through `load`; gives what they declared. */
export async function collectFrom(files: readonly string[], load: (file: string) => Promise<unknown>) {
  collected = new Map();
  for (file of files) await load(file);
  return [...collected.values()];
}

function declareTest(name: string, body: Body): void {
  const full = [...outer, name].join(' > ');
  let id = `${file}#${full}`;
  for (let n = 2; collected.has(id); n++) id = `${file}#${full} (${n})`;
  collected.set(id, { id, name: full, file, run: body as () => unknown });
}

function declareSuite(name: string, body: Body): void {
  outer = [...outer, name];
  (body as () => void)();
  outer = outer.slice(0, -1);
}

const titleOf = (title: string, row: unknown, args: unknown[], index: number): string => {
  const numbered = title.replaceAll('%#', String(index)).replace(/\$(\w+)/g, (whole, key: string) => {
    const value = (row as Record<string, unknown> | null)?.[key];
    return value === undefined ? whole : format('%s', value);
  });
  const places = numbered.match(/%[sdifjoO]/g)?.length ?? 0;
  return format(numbered, ...args.slice(0, places));
};

/** `describe` and `test` as vitest has them, as far as tests of pure code use them: a table, a condition. */
const withTables = (declare: Declare) => {
  const skip: Declare = () => {};
  return Object.assign((...given: Parameters<Declare>) => declare(...given), {
    each: (rows: readonly unknown[]) => (title: string, body: Body) => {
      for (const [index, row] of rows.entries()) {
        const args = Array.isArray(row) ? row : [row];
        declare(titleOf(title, row, args, index), () => body(...(args as never[])));
      }
    },
    runIf: (condition: unknown) => (condition ? declare : skip),
    skipIf: (condition: unknown) => (condition ? skip : declare),
  });
};

export const expect = vitest.expect;
export const test = withTables(declareTest);
export const it = test;
export const describe = withTables(declareSuite);
