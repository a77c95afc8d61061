import { z } from 'zod';
import { GuestId, Time } from '../cluster.ts';
import { defineRecord } from '../define.ts';

/** From when to when a migration ran, as its events tell it. */
export const MigrationSpan = z.object({
  migration_id: z.string(),
  guest: GuestId,
  source_node: z.string(),
  target_node: z.string(),
  expires_at: Time,
  /** What tells the guest from another of its number. */
  identity: z.string().optional(),
  approved_at: Time.optional(),
  sampled_at: Time.optional(),
  /** How long the guest had to have rested; absent where that does not count, or cannot be told. */
  cooldown_minutes: z.number().optional(),
  /** How many might run at once by the configuration when its request was sent; where that is not said, when its start or end was. */
  limit: z.number().int(),
  /** The migration whose request to HA took this guest along. */
  along_with: z.string().optional(),
  /** By when it was to be over, as it was said at its start. */
  deadline_at: Time.optional(),
  /** Since when the cluster is seen without its end, a day after it was to be over. */
  overdue_since: Time.optional(),
  /** What of it was said to be broken while it ran. */
  told: z.array(z.string()).max(8).optional(),
  starts: z.array(z.object({ at: Time, upid: z.string() })),
  ends: z.array(z.object({ kind: z.enum(['completed', 'failed', 'refused']), at: Time, upid: z.string().optional() })),
});

export const migrationSpans = defineRecord({
  name: 'migration_spans',
  owner: 'outcome-tracker',
  summary:
    'From when to when each migration of the last day ran, and those that have no end yet, to see that no invariant is broken; one part a migration.',
  data: MigrationSpan,
  budget_bytes: 4096,
});

export type MigrationSpan = z.output<typeof MigrationSpan>;
