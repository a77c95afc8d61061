import { z } from 'zod';
import { Time } from '../cluster.ts';
import { defineRecord } from '../define.ts';

/** What of an execution has been said; written in one commit with the events, so that the ledger lets go of nothing unsaid. */
export const executions = defineRecord({
  name: 'executions',
  owner: 'executor',
  summary: 'What has been said of each migration that is not over, one part a migration.',
  data: z.object({
    started: z.boolean(),
    ended: z.boolean(),
    /** Looks said so far, and when the last was. */
    look: z.number().int(),
    looked_at: Time.optional(),
  }),
  budget_bytes: 256,
});
