import { z } from 'zod';
import { GuestId, Time } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { ApprovedMigration, CheckResult, Leftover, StepResult, Transfer, WayBack } from '../migration.ts';

export const migrationCompleted = defineEvent({
  name: 'migration.completed',
  version: 1,
  stream: 'decisions',
  summary: 'A guest runs on its target.',
  data: z.object({
    migration: ApprovedMigration,
    started_at: Time,
    completed_at: Time,
    upid: z.string(),
    /** Guests that HA moves upon the same request, as a rule of HA binds them to this one. */
    taken_along: z.array(GuestId).optional(),
    /** The migration whose request to HA took this guest along; it was sent none of its own. */
    along_with: z.string().optional(),
    transfer: Transfer.optional(),
    warnings: z.array(z.string()),
    /** Every check of the plan, made after the guest had arrived. */
    checks: z.array(CheckResult).optional(),
    steps: z.array(StepResult).optional(),
    /** Disks of it that are still on the source; absent where nobody could look. */
    leftovers: z.array(Leftover).optional(),
    /** Where a condition to roll back holds. */
    rollback: WayBack.optional(),
  }),
  key: ({ migration }) => migration.cluster,
  id: ({ migration }) => migration.migration_id,
  budget_bytes: 65_536,
});
