import type { Past } from '../history.ts';
import type { Published } from '../published.ts';
import type { NodeState, World } from '../world.ts';
import type { Caller } from './access.ts';
import type { Parameters, Values } from './parameters.ts';

export type Context = {
  world: World;
  caller: Caller;
  /** What the path names, by the schema's names. */
  at: Record<string, string>;
  given: Values;
  /** The node that answers first. */
  via: string;
  published: (node: NodeState) => Published;
  past: Past;
};

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A call of the API under its path in Proxmox's own schema. */
export type Route = {
  method: Method;
  path: string;
  parameters: Parameters;
  /** The first version that has it, or the last. */
  since?: 9;
  until?: 8;
  /** Anybody may call it. */
  open?: boolean;
  /** Rights that it needs as a whole: path (with names in braces) and privilege. */
  needs?: [path: string, privilege: string];
  answer: (context: Context) => unknown;
};

/** Puts what a path names into a pattern: `/vms/{vmid}`. */
export const fill = (pattern: string, at: Record<string, string>): string =>
  pattern.replace(/\{(\w+)\}/g, (_, name: string) => at[name] ?? '');

const matchPath = (pattern: string[], parts: string[]): Record<string, string> | undefined => {
  if (pattern.length !== parts.length) return undefined;
  const at: Record<string, string> = {};
  for (const [index, piece] of pattern.entries()) {
    const part = parts[index] as string;
    if (piece.startsWith('{')) at[piece.slice(1, -1)] = decodeURIComponent(part);
    else if (piece !== part) return undefined;
  }
  return at;
};

/** Finds the route of a path among these, first come first served. */
export const createFinder = (routes: Route[]) => {
  const known = routes.map((route) => ({ route, pattern: route.path.split('/').slice(1) }));
  return (method: string, path: string, major: 8 | 9): { route: Route; at: Record<string, string> } | undefined => {
    const parts = path.split('/').slice(1);
    for (const { route, pattern } of known) {
      if (route.method !== method || (route.since ?? 0) > major || (route.until ?? 9) < major) continue;
      const at = matchPath(pattern, parts);
      if (at) return { route, at };
    }
    return undefined;
  };
};
