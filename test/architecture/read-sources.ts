import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

export type Source = {
  /** From the root of the repository. */
  path: string;
  text: string;
  /** Without comments and quoted strings. */
  code: string;
  /** A test, or what only tests use. */
  test: boolean;
  imports: string[];
};

export type Workspace = {
  /** `packages/bus`, `services/scorer`, `test`. */
  folder: string;
  /** `bus`, `scorer`, `test`: what stands after @evenkeel/. */
  name: string;
  declared: Set<string>;
  declaredForTests: Set<string>;
  sources: Source[];
};

type Manifest = { name: string; dependencies?: object; devDependencies?: object; optionalDependencies?: object };

const forTests = /(\.test|(^|-)contract(-[a-z]+)?|^test-[a-z-]+)\.ts$/;
const importing =
  /(?:^|\n)[ \t]*(?:import|export)\s[^'";]*?from\s*'([^']+)'|(?:^|\n)[ \t]*import\s*'([^']+)'|\bimport\('([^']+)'\)/g;

const withoutWords = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, (word) =>
    word.startsWith('/') ? ' ' : "''",
  );

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const test = forTests.test(basename(path)) || path.startsWith('test/') || path.includes('/testing/');
  const imports = [...text.matchAll(importing)].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? '');
  return { path, text, code: withoutWords(text), test, imports };
}

const manifestAt = (folder: string): Manifest => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

function readWorkspace(folder: string, shared: string[]): Workspace {
  const { name, dependencies = {}, devDependencies = {}, optionalDependencies = {} } = manifestAt(folder);
  const declared = new Set([...Object.keys(dependencies), ...Object.keys(optionalDependencies)]);
  const within = folder === 'test' ? 'test/**/*.ts' : `${folder}/src/**/*.ts`;
  const paths = globSync(within, { cwd: root, exclude: (path) => path === 'node_modules' }).sort();
  return {
    folder,
    name: name.replace('@evenkeel/', ''),
    declared,
    declaredForTests: new Set([...declared, ...Object.keys(devDependencies), ...shared]),
    sources: paths.map(readSource),
  };
}

/** Every workspace with its sources. */
export function readWorkspaces(): Workspace[] {
  const shared = Object.keys(manifestAt('.').devDependencies ?? {});
  const folders = globSync(['packages/*', 'services/*', 'test'], { cwd: root }).sort();
  return folders
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => readWorkspace(folder, shared));
}

/** What the packages of this repository depend on from outside, by name, with every version that is asked for. */
export function outerDependencies(): Map<string, Set<string>> {
  const folders = ['.', ...globSync(['packages/*', 'services/*', 'test'], { cwd: root }).sort()];
  const manifests = folders.filter((folder) => existsSync(join(root, folder, 'package.json'))).map(manifestAt);
  const asked = new Map<string, Set<string>>();
  for (const { dependencies, devDependencies, optionalDependencies } of manifests)
    for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies }))
      if (!name.startsWith('@evenkeel/')) asked.set(name, (asked.get(name) ?? new Set()).add(String(version)));
  return asked;
}

/** The rows of the first table of a document that follows this heading, without its head; a cell is its text. */
export function tableAfter(path: string, heading: string): string[][] {
  const text = readFileSync(join(root, path), 'utf8');
  const lines = text.slice(text.indexOf(`${heading}\n`)).split('\n');
  const first = lines.findIndex((line) => line.startsWith('|'));
  const rows = lines.slice(
    first,
    lines.findIndex((line, i) => i > first && !line.startsWith('|')),
  );
  return rows.slice(2).map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Path from the root of a file imported by a relative path; undefined where there is none. */
export function resolveImport(from: Source, specifier: string): string | undefined {
  const path = relative(root, resolve(root, dirname(from.path), specifier));
  return existsSync(join(root, path)) ? path : undefined;
}

/** `@scope/name/sub` → `@scope/name`; undefined for what belongs to Node or is a relative path. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
