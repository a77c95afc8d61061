import { type ParsedConfig, type PathKey, type Problem, parseConfig } from '@evenkeel/contracts';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';

/** A file larger than this is refused, characters. */
const longest = 1_000_000;

const unreadable = (sentence: string, line?: number): Problem => ({
  keys: [],
  path: '',
  found: 'text that cannot be read',
  allowed: 'YAML or JSON',
  sentence,
  ...(line === undefined ? {} : { line }),
});

/** Offset of the key (or entry) at this path, or of the nearest section around it. */
function offsetOf(document: Document, keys: readonly PathKey[]): number | undefined {
  if (keys.length === 0) return undefined;
  const parent = document.getIn(keys.slice(0, -1), true);
  const name = keys.at(-1);
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === name);
    if (pair && isScalar(pair.key)) return pair.key.range?.[0];
  }
  const node = document.getIn(keys, true);
  return isNode(node) && node.range ? node.range[0] : offsetOf(document, keys.slice(0, -1));
}

/** Its value, or what is wrong with the text; texts of the parser never quote the file. */
function read(text: string, lines: LineCounter): { document: Document; value: unknown } | Problem[] {
  if (text.length > longest) return [unreadable(`the file has more than ${longest} characters`)];
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error', version: '1.2' });
  if (document.errors.length > 0) {
    return document.errors.map(({ code, pos }) => {
      const { line, col } = lines.linePos(pos[0]);
      return unreadable(`not YAML or JSON at column ${col}: ${code.toLowerCase().replaceAll('_', ' ')}`, line);
    });
  }
  try {
    return { document, value: document.toJS({ maxAliasCount: 100 }) };
  } catch {
    return [unreadable('its aliases (&name, *name) cannot be resolved')];
  }
}

/** The configuration in a text of YAML or JSON, or all of its problems with their lines; an empty text is all defaults. `adjust` may put the environment over it. */
export function parseConfigText(text: string, adjust = (value: unknown): unknown => value): ParsedConfig {
  const lines = new LineCounter();
  const file = read(text, lines);
  if (Array.isArray(file)) return { ok: false, problems: file };
  const parsed = parseConfig(adjust(file.value ?? {}));
  if (parsed.ok) return parsed;
  const problems = parsed.problems.map((problem) => {
    const offset = offsetOf(file.document, problem.keys);
    return offset === undefined ? problem : { ...problem, line: lines.linePos(offset).line };
  });
  return { ok: false, problems: problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}
