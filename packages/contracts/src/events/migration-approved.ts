import { z } from 'zod';
import { defineEvent } from '../define.ts';
import { ApprovedMigration } from '../migration.ts';

export const migrationApproved = defineEvent({
  name: 'migration.approved',
  version: 1,
  stream: 'decisions',
  summary: 'A recommendation passed every filter and may be executed until it expires.',
  data: z.object({ migration: ApprovedMigration }),
  key: ({ migration }) => migration.cluster,
  id: ({ migration }) => migration.migration_id,
  budget_bytes: 65_536,
});
