import { z } from 'zod';
import { defineRecord } from '../define.ts';
import { JudgedMove } from './pair-outcomes.ts';

export const guestOutcomes = defineRecord({
  name: 'guest_outcomes',
  owner: 'filter-pipeline',
  summary: 'How the latest migrations of a guest turned out; one part per guest.',
  /** Oldest first, at most 20. */
  data: z.object({ judged: z.array(JudgedMove) }),
  budget_bytes: 8192,
});
