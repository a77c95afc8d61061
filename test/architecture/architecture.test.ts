import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packageOf, readWorkspaces, resolveImport, type Source, type Workspace } from './read-sources.ts';
import { exceptions, forTests, impure, mayImport, pure, ties } from './rules.ts';

const workspaces = readWorkspaces();
const ours = (specifier: string) => /^@evenkeel\/([a-z-]+)/.exec(specifier)?.[1];
const services = workspaces.filter(({ folder }) => folder.startsWith('services/')).map(({ name }) => name);
const isTie = ({ path }: Source) => ties.includes(basename(path));

const wrongImports =
  ({ name }: Workspace) =>
  ({ path, test, imports }: Source): string[] => {
    const allowed = [...(mayImport[name] ?? []), ...(test ? forTests : [])];
    return imports.flatMap((specifier) => {
      const other = ours(specifier);
      const fine = other === undefined || other === name || allowed.includes('*') || allowed.includes(other);
      return fine ? [] : [`${path} imports ${specifier}`];
    });
  };

const undeclared =
  ({ name, declared, declaredForTests }: Workspace) =>
  ({ path, test, imports }: Source): string[] =>
    imports.flatMap((specifier) => {
      const needed = packageOf(specifier);
      const known = test ? declaredForTests : declared;
      return needed === undefined || needed === `@evenkeel/${name}` || known.has(needed)
        ? []
        : [`${path} imports ${specifier}`];
    });

const strayPaths =
  ({ folder, name }: Workspace) =>
  (source: Source): string[] =>
    source.imports.flatMap((specifier) => {
      if (!specifier.startsWith('.')) return [];
      const target = resolveImport(source, specifier);
      const inside = target?.startsWith(`${folder}/`) || name === 'test';
      return target && inside && /\.(ts|json)$/.test(specifier) ? [] : [`${source.path} imports ${specifier}`];
    });

const impurities = ({ path, code, test, imports }: Source): string[] => {
  if (test) return [];
  const found = Object.entries(impure).flatMap(([what, pattern]) => (pattern.test(code) ? [what] : []));
  const node = imports.filter((specifier) => specifier.startsWith('node:'));
  const excused = (what: string) => exceptions.some(({ file, may }) => file === path && may === what);
  return [...found, ...node].filter((what) => !excused(what)).map((what) => `${path}: ${what}`);
};

const misnamed = ({ path }: Source): string[] => {
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.test)?\.ts$/.test(basename(path));
  const vague = /(^|[/-])(utils?|helpers?|common|managers?|types)(\.|\/|$)/.test(path);
  return kebab && !vague ? [] : [path];
};

const unlovely = ({ path, code }: Source): string[] => [
  ...(/^\s*export default\b/m.test(code) ? [`${path}: export default`] : []),
  ...[...code.matchAll(/\bclass\s+(\w+)(?!\w)(?!\s+extends\s+\w*Error\b)/g)].map(
    ([, name]) => `${path}: class ${name}`,
  ),
];

describe.each(workspaces.map((workspace) => [workspace.folder, workspace] as const))('%s', (_, workspace) => {
  const { name, sources } = workspace;

  test('has a place in the table', () => expect(Object.keys(mayImport)).toContain(name));
  test('imports only what lies to its right', () => expect(sources.flatMap(wrongImports(workspace))).toEqual([]));
  test('declares what it imports', () => expect(sources.flatMap(undeclared(workspace))).toEqual([]));
  test('reaches into no other package', () => expect(sources.flatMap(strayPaths(workspace))).toEqual([]));
  test('has names that say something', () => expect(sources.flatMap(misnamed)).toEqual([]));
  test('has no default export, and no class but errors', () => expect(sources.flatMap(unlovely)).toEqual([]));

  test.runIf(pure.includes(name))('is pure', () => {
    expect(sources.filter((source) => !isTie(source) || !services.includes(name)).flatMap(impurities)).toEqual([]);
  });

  test.runIf(pure.includes(name) && services.includes(name))('meets the runtime in one place', () => {
    const meeting = sources.filter((source) => !source.test && source.imports.some((s) => ours(s) === 'runtime'));
    expect(meeting.filter((source) => !isTie(source)).map(({ path }) => path)).toEqual([]);
  });
});

test('every service but all-in-one is pure', () => {
  expect(services.filter((name) => name !== 'all-in-one' && !pure.includes(name))).toEqual([]);
});

const excused = exceptions.filter(({ file }) =>
  workspaces.some(({ sources }) => sources.some(({ path }) => path === file)),
);
test.runIf(excused.length > 0)('no exception stands that nobody needs', () => {
  const code = new Map(workspaces.flatMap(({ sources }) => sources.map(({ path, code }) => [path, code] as const)));
  expect(excused.filter(({ file, may }) => !impure[may]?.test(code.get(file) ?? ''))).toEqual([]);
});

describe('the test itself sees', () => {
  const source = (more: Partial<Source>): Source => ({
    path: 'packages/model/src/x.ts',
    text: '',
    code: '',
    test: false,
    imports: [],
    ...more,
  });
  const model = workspaces.find(({ name }) => name === 'model')!;

  test.each([
    ['an arrow that points left', () => wrongImports(model)(source({ imports: ['@evenkeel/runtime'] }))],
    ['a package that is not declared', () => undeclared(model)(source({ imports: ['undici/fetch'] }))],
    ['a path into another package', () => strayPaths(model)(source({ imports: ['../../bus/src/port.ts'] }))],
    ['a module of Node', () => impurities(source({ imports: ['node:fs'] }))],
    ['the clock', () => impurities(source({ code: 'const t = Date.now();' }))],
    ['chance', () => impurities(source({ code: 'Math.random()' }))],
    ['a vague name', () => misnamed(source({ path: 'packages/model/src/string-utils.ts' }))],
    ['a vague folder', () => misnamed(source({ path: 'packages/model/src/helpers/x.ts' }))],
    ['a capital', () => misnamed(source({ path: 'packages/model/src/Score.ts' }))],
    ['a class', () => unlovely(source({ code: 'export class Score {' }))],
    ['a default export', () => unlovely(source({ code: 'export default 3' }))],
  ])('%s', (_, find) => expect(find()).toHaveLength(1));

  test('imports of every form', () => {
    const imports = workspaces
      .find(({ name }) => name === 'test')
      ?.sources.find(({ path }) => path.endsWith('architecture.test.ts'))?.imports;
    expect(imports).toEqual(['node:path', 'vitest', './read-sources.ts', './rules.ts']);
  });
});
