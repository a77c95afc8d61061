import { z } from 'zod';
import { Time } from '../cluster.ts';
import { defineRecord } from '../define.ts';

/** One time that a guest moved, or was tried; `found` is a move that somebody else made. */
export const GuestMove = z.object({
  at: Time,
  from: z.string(),
  to: z.string(),
  how: z.enum(['started', 'refused', 'failed', 'completed', 'found']),
  migration_id: z.string().optional(),
  /** Of a refusal. */
  code: z.string().optional(),
  reason: z.string().optional(),
});

export const guestMoves = defineRecord({
  name: 'guest_moves',
  owner: 'filter-pipeline',
  summary: 'Where a guest moved, or was tried, in the last 7 days, whoever moved it; one part per guest.',
  data: z.object({
    /** Of the guest that the moves belong to; absent where that was not known. */
    identity: z.string().optional(),
    /** Oldest first, at most 32. */
    moves: z.array(GuestMove),
  }),
  budget_bytes: 16_384,
});

export type GuestMove = z.output<typeof GuestMove>;
