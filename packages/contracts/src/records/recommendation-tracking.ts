import { z } from 'zod';
import { GuestId, Time } from '../cluster.ts';
import { defineRecord } from '../define.ts';

/** A recommendation that the last run repeated: since when, and in which consecutive runs. */
export const TrackedRecommendation = z.object({
  source_node: z.string(),
  target_node: z.string(),
  /** Of the guest, so that one that gets its vmid starts anew. */
  identity: z.string().optional(),
  score_improvement: z.number(),
  confidence_score: z.number(),
  first_seen: Time,
  /** Times of the consecutive runs that saw it, oldest first, at most 10. */
  seen: z.array(Time),
  status: z.enum(['observing', 'ready']),
});

export const recommendationTracking = defineRecord({
  name: 'recommendation_tracking',
  owner: 'filter-pipeline',
  summary: 'Which recommendations the last run saw, and how often in a row; what it did not see is gone.',
  data: z.object({
    /** Time of the first run of this cluster. */
    tracking_since: Time,
    last_run_id: z.string(),
    last_run_at: Time,
    tracked: z.record(GuestId, TrackedRecommendation),
  }),
  budget_bytes: 1_048_576,
});

export type TrackedRecommendation = z.output<typeof TrackedRecommendation>;
