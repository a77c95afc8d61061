import type { z } from 'zod';
import { Config } from './config.ts';
import { nearestName } from './nearest-name.ts';
import { configSchema, describeAllowed, listOptions, type Option, optionAt, type PathKey } from './option.ts';
import { dotted, hidden, type Problem, show } from './problem.ts';

export type ParsedConfig = { ok: true; config: Config } | { ok: false; problems: Problem[] };

type Issue = z.core.$ZodIssue;

const valueAt = (value: unknown, keys: readonly PathKey[]): unknown =>
  keys.reduce<unknown>(
    (v, key) => (v !== null && typeof v === 'object' && Object.hasOwn(v, key) ? Reflect.get(v, key) : undefined),
    value,
  );

/** The whole path of the only option of this name, where it stands elsewhere. */
function elsewhere(name: string, root: Option): string | undefined {
  const places = listOptions(root).filter(({ path }) => path.endsWith(`.${name}`));
  return places.length === 1 ? places[0]?.path : undefined;
}

function unknownOption(keys: readonly PathKey[], value: unknown, root: Option): Problem {
  const siblings = Object.keys(optionAt(keys.slice(0, -1), root)?.properties ?? {});
  const name = String(keys.at(-1));
  const meant = elsewhere(name, root) ?? nearestName(name, siblings);
  const path = dotted(keys);
  const allowed = `one of ${siblings.join(', ')}`;
  const sentence = `unknown option ${path}; ${meant ? `did you mean ${meant}?` : `here may stand ${siblings.join(', ')}`}`;
  const raw = valueAt(value, keys);
  return { keys, path, found: typeof raw === 'string' ? hidden : show(raw, keys), allowed, sentence };
}

/** Formats and cross-checks speak for themselves; for the rest the option's own range is the better text. */
const ownWords = (issue: Issue): boolean =>
  issue.code === 'custom' || (issue.code === 'invalid_format' && issue.format === 'regex');

function wrongValue(issue: Issue, value: unknown, root: Option): Problem {
  const keys = issue.path as PathKey[];
  const option = optionAt(keys, root);
  const raw = valueAt(value, keys);
  const path = dotted(keys) || 'the configuration';
  const allowed = ownWords(issue) || !option ? issue.message : describeAllowed(option);
  const missing = raw === undefined && option?.default === undefined;
  const found =
    raw === undefined && !missing
      ? `${Array.isArray(option?.default) ? 'empty' : option?.default} by default`
      : show(raw, keys);
  const empty = issue.code === 'too_small' && issue.origin === 'array' ? 'at least one; ' : '';
  const sentence = missing
    ? `${path} is missing; needed: ${allowed}${option?.description ? ` (${option.description.replace(/\.$/, '')})` : ''}`
    : `${path} is ${found}; allowed: ${empty}${allowed}`;
  return { keys, path, found, allowed: `${empty}${allowed}`, sentence };
}

/** Every problem of a configuration at once, or the configuration with all defaults filled in; never throws. */
export function parseConfig(value: unknown): ParsedConfig {
  const result = Config.safeParse(value);
  if (result.success) return { ok: true, config: result.data };
  const root = configSchema() as Option;
  const problems = result.error.issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => unknownOption([...(issue.path as PathKey[]), key], value, root))
      : [wrongValue(issue, value, root)],
  );
  return { ok: false, problems };
}
