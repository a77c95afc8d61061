import { z } from 'zod';
import { Time } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { ApprovedMigration, StepResult } from '../migration.ts';

export const migrationRefused = defineEvent({
  name: 'migration.refused',
  version: 1,
  stream: 'decisions',
  summary: 'An approved migration was not started: what it rested on no longer held.',
  data: z.object({
    migration: ApprovedMigration,
    refused_at: Time,
    reason: z.string(),
    /** expired, clocks_disagree, unread, moved, locked, not_running, unwanted, target_unavailable, target_unknown, target_full, not_allowed, no_right, duplicate, busy, paused, untrusted */
    code: z.string(),
    /** How far it came; absent where it had not begun. */
    steps: z.array(StepResult).optional(),
  }),
  key: ({ migration }) => migration.cluster,
  id: ({ migration }) => migration.migration_id,
  budget_bytes: 65_536,
});
