import { z } from 'zod';
import { defineRecord } from '../define.ts';

const PerMille = z.array(z.number().int().nullable());

/** What is remembered of a node: its hours for trends over days and for baselines, its last readings for trends over hours. */
export const NodeHistory = z.object({
  node: z.string(),
  /** Epoch hour of the first entry of `cpu`, `mem` and `iowait`; one entry an hour of the cluster's time zone, thousandths, null where there was no reading. */
  first_hour: z.number().int(),
  cpu: PerMille,
  mem: PerMille,
  iowait: PerMille,
  /** The hour that is still running: its readings summed up. */
  open: z.object({ hour: z.number().int(), n: z.number().int(), cpu: z.number(), mem: z.number(), iowait: z.number() }),
  /** Epoch seconds, CPU, memory (fractions), as they would have been with the residents of now. */
  recent: z.array(z.tuple([z.number(), z.number(), z.number()])),
  /** Guests that were there at the last reading. */
  residents: z.array(z.string()),
});

export const nodeHistory = defineRecord({
  name: 'node_history',
  owner: 'scorer',
  summary:
    'Two weeks of hours and three hours of readings of each node, for trends, daily patterns and seasonal baselines.',
  data: NodeHistory,
  budget_bytes: 8192,
});

export type NodeHistory = z.output<typeof NodeHistory>;
