import { z } from 'zod';
import { Time } from '../cluster.ts';
import { defineRecord } from '../define.ts';

export const automationPause = defineRecord({
  name: 'automation_pause',
  owner: 'filter-pipeline',
  summary: 'Whether moves are paused by somebody, since when and why; absent where they are not.',
  data: z.object({ since: Time, by: z.string(), reason: z.string() }),
  budget_bytes: 1024,
});
