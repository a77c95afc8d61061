import type { World } from '../world.ts';

const VERSIONS = {
  '8.4': { version: '8.4.14', release: '8.4', repoid: 'b502d23c55afcba1' },
  '9.0': { version: '9.0.11', release: '9.0', repoid: '3bf5476b8a4699e2' },
  '9.1': { version: '9.1.1', release: '9.1', repoid: '42db4a6cf33dac83' },
  '9.2': { version: '9.2.2', release: '9.2', repoid: 'b9984c6d90a4bd80' },
};

/** What the version's name is in full. */
export const versionOf = (world: World) => VERSIONS[world.plan.version];
