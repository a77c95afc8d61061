import type { Ending } from './execution.ts';

type Fault = NonNullable<Ending['fault']>;

/** What a reason in Proxmox's words points at; the first that fits. */
const table: [RegExp, Fault][] = [
  [/quorum|cluster not ready/i, 'cluster'],
  [/storage '[^']*' is not available|bridge|destination address|public key|ssh|tunnel|connection|no route/i, 'path'],
  [/remote command failed|no such cluster node|not enough|out of memory|cannot allocate/i, 'path'],
  [/local (disk|device|cdrom|mount|bind)|uses local|mapped devices|snapshot|linked clone|locked|replicat/i, 'guest'],
  [/while CT is running|live migration is currently not|not running|does not exist/i, 'guest'],
];

/** What is to blame for a failure: one that lies in the guest does not count against the pair of nodes. */
export const blame = (reason: string): Fault => table.find(([pattern]) => pattern.test(reason))?.[1] ?? 'unknown';
