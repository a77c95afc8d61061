import type { PathKey } from './option.ts';

/** One thing that is wrong with a configuration. */
export type Problem = {
  /** Where, key by key; empty for the whole. */
  keys: readonly PathKey[];
  /** The same, dotted: `clusters[0].name`. */
  path: string;
  /** What stands there, shortened; never a secret. */
  found: string;
  /** What may stand there. */
  allowed: string;
  /** All of it in one sentence. */
  sentence: string;
  /** Line of the file, from 1, where it is known. */
  line?: number;
};

const plainKey = /^[\w-]{1,64}$/;

/** `automated_migrations.schedule.migration_windows[0].days`; odd keys are quoted and shortened. */
export const dotted = (keys: readonly PathKey[]): string =>
  keys
    .map((key, i) => {
      if (typeof key === 'number') return `[${key}]`;
      const text = plainKey.test(key)
        ? key
        : secretText.test(key)
          ? '(a key that is not shown)'
          : JSON.stringify(key.slice(0, 60));
      return i === 0 ? text : `.${text}`;
    })
    .join('');

const secretKey = /token|secret|passw|api_?key|credential|private_?key|webhook/i;
const secretText =
  /PVEAPIToken|\S![^=\s]*=|[0-9a-f]{8}-[0-9a-f]{4}-|:\/\/[^/\s]*@|[^\s/:@]:[^\s/@]+@|-----BEGIN|whsec_|^sk-/i;
export const hidden = 'a value that is not shown';

/** A value as it may be shown to anyone: short, on one line, and never one that may be a secret. */
export function show(value: unknown, keys: readonly PathKey[]): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'empty';
  if (keys.some((key) => typeof key === 'string' && secretKey.test(key))) return hidden;
  if (typeof value === 'string') {
    if (secretText.test(value)) return hidden;
    return value.length > 60 ? `${JSON.stringify(value.slice(0, 60))}…` : JSON.stringify(value);
  }
  if (Array.isArray(value)) return value.length === 1 ? 'a list of 1' : `a list of ${value.length}`;
  return typeof value === 'object' ? 'a section' : String(value).slice(0, 60);
}

/** The problems as text, one a line, for a terminal or a log. */
export function formatProblems(problems: readonly Problem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const lines = problems.map(({ line, sentence }) => `  ${line === undefined ? '' : `line ${line}: `}${sentence}`);
  return [`${count} in the configuration:`, ...lines].join('\n');
}
