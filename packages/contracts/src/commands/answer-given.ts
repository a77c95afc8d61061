import { z } from 'zod';
import { Asker, Motive } from '../automation.ts';
import { ClusterName, GuestId } from '../cluster.ts';
import { defineEvent } from '../define.ts';

export const answerGiven = defineEvent({
  name: 'answer.given',
  version: 1,
  stream: 'commands',
  summary: 'Somebody approves or rejects a move that a decision proposes; it holds for that move only, and expires.',
  data: z.object({
    cluster: ClusterName,
    command_id: z.string().min(1).max(128),
    by: Asker,
    answer: z.enum(['approve', 'reject']),
    decision_id: z.string(),
    /** The move, as the decision says it. */
    guest: GuestId,
    source_node: z.string(),
    target_node: z.string(),
    reason: Motive,
  }),
  key: ({ cluster }) => cluster,
  id: ({ command_id }) => command_id,
  budget_bytes: 4096,
});
