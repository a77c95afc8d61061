import { z } from 'zod';
import { defineEvent } from '../define.ts';
import { Outcome } from '../migration.ts';

export const outcomeRecorded = defineEvent({
  name: 'outcome.recorded',
  version: 1,
  stream: 'decisions',
  summary: 'What a migration really brought, 5 minutes, 1 hour or 24 hours after it.',
  data: z.object({ outcome: Outcome }),
  key: ({ outcome }) => outcome.cluster,
  id: ({ outcome }) => `${outcome.migration_id}/${outcome.horizon}`,
  moments: ({ outcome }) => ({ 'outcome.judged_at': outcome.judged_at }),
  budget_bytes: 65_536,
});
