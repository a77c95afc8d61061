import { existsSync } from 'node:fs';
import type { Service } from '@evenkeel/runtime';

const list = new URL('../../services/all-in-one/src/services.ts', import.meta.url);

/** Every service as it is declared; null while there is no list of them. */
export async function loadServices(): Promise<readonly Service[] | null> {
  if (!existsSync(list)) return null;
  const { services } = (await import(list.href)) as { services: readonly Service[] };
  return services;
}
