import { fileURLToPath } from 'node:url';

/** Path of a cluster that ships with the simulator. */
export const example = (name: 'homelab' | 'constant' | 'drain'): string =>
  fileURLToPath(new URL(`../examples/${name}.yaml`, import.meta.url));
