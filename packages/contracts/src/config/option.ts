import { z } from 'zod';
import { Config } from './config.ts';

export type PathKey = string | number;

/** One option or section as its JSON Schema says it. */
export type Option = {
  type?: 'object' | 'array' | 'string' | 'boolean' | 'integer' | 'number';
  description?: string;
  default?: unknown;
  enum?: readonly unknown[];
  minimum?: number;
  maximum?: number;
  items?: Option;
  properties?: Record<string, Option>;
  required?: readonly string[];
  additionalProperties?: Option | boolean;
};

/** JSON Schema 2020-12 of the configuration as an administrator writes it. */
export const configSchema = (): Record<string, unknown> => z.toJSONSchema(Config, { io: 'input' });

/** What stands at this path of the configuration; undefined where nothing may. */
export function optionAt(path: readonly PathKey[], root = configSchema() as Option): Option | undefined {
  return path.reduce<Option | undefined>((option, key) => {
    if (typeof key === 'number') return option?.items;
    if (option?.properties && Object.hasOwn(option.properties, key)) return option.properties[key];
    return typeof option?.additionalProperties === 'object' ? option.additionalProperties : undefined;
  }, root);
}

/** Every option with its dotted path, in the order of declaration; `[]` stands for each entry of a list, `<name>` for any name. */
export function listOptions(option = configSchema() as Option, path = ''): { path: string; option: Option }[] {
  const inside = Object.entries(option.properties ?? {}).flatMap(([name, child]) =>
    listOptions(child, path ? `${path}.${name}` : name),
  );
  const entries = option.items?.properties ? listOptions(option.items, `${path}[]`) : [];
  const named =
    typeof option.additionalProperties === 'object' ? listOptions(option.additionalProperties, `${path}.<name>`) : [];
  const all = [...inside, ...entries, ...named];
  return all.length > 0 ? all : [{ path, option }];
}

const range = (option: Option): string => {
  const { minimum, maximum } = option;
  if (minimum === undefined || maximum === undefined) return '';
  return ` from ${minimum} to ${maximum}`;
};

const kind = (option: Option): string => {
  if (option.enum) return `one of ${option.enum.join(', ')}`;
  switch (option.type) {
    case 'integer':
      return `a whole number${range(option)}`;
    case 'number':
      return `a number${range(option)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list of ${option.items?.properties ? 'entries' : option.items?.enum ? option.items.enum.join(', ') : 'text'}`;
    case 'object':
      return option.properties ? `a section with ${Object.keys(option.properties).join(', ')}` : 'a section';
    default:
      return 'text';
  }
};

/** What may stand here, in words: `a whole number from 2 to 10 (default 3)`. */
export function describeAllowed(option: Option): string {
  const fallback = option.default;
  const plain = typeof fallback === 'number' || typeof fallback === 'boolean' || typeof fallback === 'string';
  return plain ? `${kind(option)} (default ${fallback})` : kind(option);
}
