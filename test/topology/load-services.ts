import { existsSync, globSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Service } from '@evenkeel/runtime';

const folder = resolve(import.meta.dirname, '../../services');
const list = resolve(folder, 'all-in-one/src/services.ts');

/** Every service as it is declared; null while one of them is still to be written. */
export async function loadServices(): Promise<readonly Service[] | null> {
  const others = globSync('*/package.json', { cwd: folder }).filter((path) => !path.startsWith('all-in-one'));
  const written = others.every((path) => existsSync(resolve(folder, path, '../src/index.ts')));
  if (!written || !existsSync(list)) return null;
  const { services } = (await import(list)) as { services: readonly Service[] };
  return services;
}
