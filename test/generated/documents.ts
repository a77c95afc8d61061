import { presets, presetYaml } from '@evenkeel/all-in-one/presets';
import { loadServices } from '../topology/load-services.ts';
import { asyncapi } from './asyncapi.ts';
import { jsonSchemas } from './json-schemas.ts';
import { natsAccounts } from './nats-accounts.ts';
import { reference } from './reference.ts';

/** Where generated documents stand, and nothing else does. */
export const folders = ['deploy/schemas', 'deploy/reference'];

/** Shipped configurations, as files that can be mounted. */
const presetFiles = (): Record<string, string> =>
  Object.fromEntries(Object.keys(presets).map((name) => [`deploy/config/${name}.yaml`, presetYaml(name)]));

/** Every generated document, by its path from the root of the repository. */
export async function documents(): Promise<Record<string, string>> {
  const services = (await loadServices()) ?? [];
  return { ...jsonSchemas(), ...asyncapi(), ...reference(services), ...natsAccounts(services), ...presetFiles() };
}
