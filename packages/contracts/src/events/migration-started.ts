import { z } from 'zod';
import { GuestId, Time } from '../cluster.ts';
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
    /** Guests that HA moves upon the same request, as a rule of HA binds them to this one. */
    taken_along: z.array(GuestId).optional(),
    /** The migration whose request to HA took this guest along; it was sent none of its own. */
    along_with: z.string().optional(),
  }),
  key: ({ migration }) => migration.cluster,
  id: ({ migration }) => migration.migration_id,
  budget_bytes: 65_536,
});
