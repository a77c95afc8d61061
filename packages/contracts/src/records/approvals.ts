import { z } from 'zod';
import { GuestId, Time } from '../cluster.ts';
import { defineRecord } from '../define.ts';

const Share = z.object({ cpu: z.number(), mem: z.number() });

/** A migration from its approval to its end, with the load that it takes from one node to the other. */
export const Approval = z.object({
  migration_id: z.string(),
  decision_id: z.string(),
  run_id: z.string(),
  guest: GuestId,
  source_node: z.string(),
  target_node: z.string(),
  approved_at: Time,
  expires_at: Time,
  started_at: Time.optional(),
  ended: z
    .object({ at: Time, how: z.enum(['completed', 'failed', 'refused']), reason: z.string().optional() })
    .optional(),
  /** Fractions of the source that it frees. */
  relief: Share,
  /** Fractions of the target that it takes. */
  load: Share,
  assigned_bytes: z.number().optional(),
  mem_bytes: z.number().optional(),
});

export const approvals = defineRecord({
  name: 'approvals',
  owner: 'filter-pipeline',
  summary:
    'Migrations in flight, and those that ended within a day: slots, pauses between moves, stop after a failure.',
  data: z.object({ entries: z.record(z.string(), Approval) }),
  budget_bytes: 524_288,
});

export type Approval = z.output<typeof Approval>;
