import { z } from 'zod';
import { Time } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { ApprovedMigration, PlanStep } from '../migration.ts';

export const migrationProgressed = defineEvent({
  name: 'migration.progressed',
  version: 1,
  stream: 'decisions',
  summary: 'A running migration was looked at.',
  data: z.object({
    migration: ApprovedMigration,
    /** 1, 2, … */
    look: z.number().int(),
    at: Time,
    step: z.string(),
    transferred_bytes: z.number().optional(),
    total_bytes: z.number().optional(),
    /** Where in the plan it is, and for how long. */
    plan_step: PlanStep.pick({ step: true, action: true, timeout_seconds: true })
      .extend({ elapsed_seconds: z.number() })
      .optional(),
  }),
  key: ({ migration }) => migration.cluster,
  id: ({ migration, look }) => `${migration.migration_id}/${look}`,
  budget_bytes: 65_536,
});
