import { z } from 'zod';
import { defineRecord } from '../define.ts';
import { recommendationsGenerated } from '../events/recommendations-generated.ts';

export const currentRun = defineRecord({
  name: 'current_run',
  owner: 'filter-pipeline',
  summary:
    'What passed every filter of the last run and waits for a slot, best first, with all that deciding again needs.',
  data: z.object({
    /** W3C traceparent of the run: what is approved later belongs to that trace. */
    trace: z.string().optional(),
    /** The run as it was recommended, its recommendations cut down to those that wait. */
    generated: recommendationsGenerated.data,
    /** Decision of each waiting recommendation, in order. */
    queue: z.array(z.object({ recommendation_id: z.string(), decision_id: z.string() })),
    /** Loads of the nodes before any move of the run; fractions. */
    base: z.record(z.string(), z.object({ cpu: z.number(), mem: z.number() })),
  }),
  budget_bytes: 1_048_576,
});
