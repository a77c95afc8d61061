import { z } from 'zod';
import { ClusterName, Time } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { Invariant } from '../invariant.ts';

export const invariantBroken = defineEvent({
  name: 'invariant.broken',
  version: 1,
  stream: 'decisions',
  summary: 'Something happened that Evenkeel promises never happens; the cluster is paused.',
  data: z.object({
    cluster: ClusterName,
    at: Time,
    invariant: Invariant,
    /** The migrations that are concerned, at most 20. */
    migration_ids: z.array(z.string()).max(20),
    sentence: z.string().max(240),
  }),
  key: ({ cluster }) => cluster,
  id: ({ invariant, migration_ids }) => `${invariant}/${migration_ids.join('+')}`,
  budget_bytes: 8192,
});
