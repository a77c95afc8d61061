import { z } from 'zod';
import { share } from './guest-description.ts';

export const populateSchema = z.strictObject({
  guests: z.int().min(0).max(20_000),
  seed: z.int().default(1),
  layout: z.enum(['skewed', 'roundrobin']).default('roundrobin'),
  first_vmid: z.int().min(100).default(100),
  containers: share.default(0.15),
  load: z.enum(['mixed', 'constant', 'steady', 'bursty', 'growing', 'cyclical', 'trace']).default('mixed'),
  trace: z.string().optional(),
  /** Mean CPU demand of the first hour, as a share of all threads. */
  cpu: share.default(0.5),
  /** Memory in use at the start, hosts not counted, as a share of all memory. */
  memory: share.default(0.5),
  /** skewed: the share of the load that half of the nodes carry. */
  skew: share.default(0.75),
  storage: z.string().optional(),
  /** Share of guests that also have a disk on a local storage. */
  local_disks: share.default(0),
  ha: share.default(0),
  /** Nodes left empty. */
  except: z.array(z.string()).default([]),
});

export type PopulateDescription = z.output<typeof populateSchema>;
