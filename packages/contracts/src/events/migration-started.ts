import { z } from 'zod';
import { Time } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { ApprovedMigration } from '../migration.ts';

export const migrationStarted = defineEvent({
  name: 'migration.started',
  version: 1,
  stream: 'decisions',
  summary: 'Proxmox accepted a migration.',
  data: z.object({
    migration: ApprovedMigration,
    started_at: Time,
    upid: z.string(),
    /** Found after a restart rather than started by this executor. */
    adopted: z.boolean(),
    /** When it is stopped at the latest. */
    deadline_at: Time.optional(),
    /** How many might run at once by the configuration under which its request was sent. */
    max_concurrent_migrations: z.number().int().optional(),
  }),
  key: ({ migration }) => migration.cluster,
  id: ({ migration }) => migration.migration_id,
  budget_bytes: 65_536,
});
