import { z } from 'zod';
import { Asker, Motive } from '../automation.ts';
import { GuestId, Time } from '../cluster.ts';
import { defineRecord } from '../define.ts';

/** What somebody said to a proposed move. */
export const Answer = z.object({
  command_id: z.string(),
  guest: GuestId,
  source_node: z.string(),
  target_node: z.string(),
  answer: z.enum(['approve', 'reject']),
  by: Asker,
  reason: Motive,
  at: Time,
});

export const answers = defineRecord({
  name: 'answers',
  owner: 'filter-pipeline',
  summary: 'Approvals and rejections that still hold: the latest of each guest.',
  /** At most 200, by guest. */
  data: z.object({ entries: z.record(GuestId, Answer) }),
  budget_bytes: 262_144,
});

export type Answer = z.output<typeof Answer>;
