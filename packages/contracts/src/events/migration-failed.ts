import { z } from 'zod';
import { Time } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { ApprovedMigration, CheckResult, Leftover, StepResult } from '../migration.ts';

export const migrationFailed = defineEvent({
  name: 'migration.failed',
  version: 1,
  stream: 'decisions',
  summary: 'A migration ended without its guest on the target.',
  data: z.object({
    migration: ApprovedMigration,
    started_at: Time.optional(),
    failed_at: Time,
    upid: z.string().optional(),
    reason: z.string(),
    /** What is to blame: a failure that lies in the guest does not count against the pair of nodes. */
    fault: z.enum(['guest', 'path', 'cluster', 'unknown']),
    checks: z.array(CheckResult).optional(),
    steps: z.array(StepResult).optional(),
    /** Copies of its disks that it left on the target; absent where nobody could look. */
    leftovers: z.array(Leftover).optional(),
  }),
  key: ({ migration }) => migration.cluster,
  id: ({ migration }) => migration.migration_id,
  budget_bytes: 65_536,
});
