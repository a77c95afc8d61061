import { z } from 'zod';
import { Asker, Motive } from '../automation.ts';
import { ClusterName, GuestId } from '../cluster.ts';
import { defineEvent } from '../define.ts';

export const decisionAnswered = defineEvent({
  name: 'decision.answered',
  version: 1,
  stream: 'decisions',
  summary: 'What became of an approval or a rejection that somebody gave.',
  data: z.object({
    cluster: ClusterName,
    command_id: z.string(),
    decision_id: z.string(),
    guest: GuestId,
    source_node: z.string(),
    target_node: z.string(),
    by: Asker,
    answer: z.enum(['approved', 'rejected', 'not_pending']),
    reason: z.string(),
    /** What who gave it said of it. */
    motive: Motive.optional(),
  }),
  key: ({ cluster }) => cluster,
  id: ({ command_id }) => command_id,
  budget_bytes: 4096,
});
