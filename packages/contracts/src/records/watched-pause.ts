import { z } from 'zod';
import { Time } from '../cluster.ts';
import { defineRecord } from '../define.ts';

export const watchedPause = defineRecord({
  name: 'watched_pause',
  owner: 'outcome-tracker',
  summary: 'Since when the cluster is paused, to see that nothing starts meanwhile, and which starts were told.',
  data: z.object({ since: Time, told: z.array(z.string()).max(20) }),
  budget_bytes: 4096,
});
