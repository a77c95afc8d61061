import { z } from 'zod';
import { GuestId, Time } from '../cluster.ts';
import { defineRecord } from '../define.ts';

export const lastPlacements = defineRecord({
  name: 'last_placements',
  owner: 'filter-pipeline',
  summary: 'Node of every guest as the last run saw it: what differs in the next was moved.',
  data: z.object({
    at: Time,
    nodes: z.record(GuestId, z.string()),
    /** Who it was, where that was known: another guest under its number has not moved. */
    identities: z.record(GuestId, z.string()).optional(),
  }),
  budget_bytes: 393_216,
});
