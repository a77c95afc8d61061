import { natsAccounts } from '@evenkeel/all-in-one/nats-accounts';
import { presets, presetYaml } from '@evenkeel/all-in-one/presets';
import { loadServices } from '../topology/load-services.ts';
import { asyncapi } from './asyncapi.ts';
import { jsonSchemas } from './json-schemas.ts';
import { reference } from './reference.ts';

/** Where generated documents stand, and nothing else does. */
export const folders = ['deploy/schemas', 'deploy/reference'];

/** Shipped configurations, as files that can be mounted. */
const presetFiles = (): Record<string, string> =>
  Object.fromEntries(Object.keys(presets).map((name) => [`deploy/config/${name}.yaml`, presetYaml(name)]));

/** The cluster of the configuration that is shipped. */
const shippedCluster = 'homelab';

/** Every generated document, by its path from the root of the repository. */
export async function documents(): Promise<Record<string, string>> {
  const services = (await loadServices()) ?? [];
  const accounts = { 'deploy/nats-accounts.conf': natsAccounts(services, [shippedCluster]) };
  return { ...jsonSchemas(), ...asyncapi(), ...reference(services), ...accounts, ...presetFiles() };
}
