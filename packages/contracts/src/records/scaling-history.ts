import { z } from 'zod';
import { defineRecord } from '../define.ts';
import { ScalingDecision } from '../scaling.ts';

export const scalingHistory = defineRecord({
  name: 'scaling_history',
  owner: 'recommender',
  summary: 'What was last advised for the size or the place of a guest; one part per guest.',
  data: z.object({
    /** Of the guest that was advised on; of another with its vmid nothing was said yet. */
    identity: z.string().optional(),
    /** Oldest first, at most 10, among them the last of each resource. */
    decisions: z.array(ScalingDecision),
  }),
  budget_bytes: 65_536,
});

export type ScalingHistory = z.output<typeof scalingHistory.data>;
