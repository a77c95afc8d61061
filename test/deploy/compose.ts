import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const root = join(import.meta.dirname, '..', '..');
export const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');

export type Container = {
  image: string;
  build?: unknown;
  user?: string;
  command: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  secrets?: string[];
  ports?: unknown;
  healthcheck: { test: string[] };
  [option: string]: unknown;
};
export type Compose = { services: Record<string, Container>; volumes: Record<string, null> };

/** What the file of Docker Compose says under these variables: `${NAME}`, `${NAME:-default}`, `${NAME:+instead}`. */
export const readCompose = (variables: Record<string, string> = {}): Compose =>
  parse(textOf('docker-compose.yml'), (_, value) => (typeof value === 'string' ? fill(value, variables) : value), {
    merge: true,
  });

const fill = (text: string, variables: Record<string, string>): string =>
  text.replace(/\$\{(\w+)(?::([-+])([^}]*))?\}/g, (_, name, kind, word = '') => {
    const value = variables[name] ?? '';
    return kind === '+' ? value && word : value || word;
  });
