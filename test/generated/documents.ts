import { loadServices } from '../topology/load-services.ts';
import { asyncapi } from './asyncapi.ts';
import { jsonSchemas } from './json-schemas.ts';
import { reference } from './reference.ts';

/** Where generated documents stand, and nothing else does. */
export const folders = ['deploy/schemas', 'deploy/reference'];

/** Every generated document, by its path from the root of the repository. */
export async function documents(): Promise<Record<string, string>> {
  const services = (await loadServices()) ?? [];
  return { ...jsonSchemas(), ...asyncapi(), ...reference(services) };
}
