import { z } from 'zod';
import { defineRecord } from '../define.ts';

/** Hours of one guest that are closed: 11 characters each, oldest first, at most 14 days. */
export const GuestHistory = z.object({
  /** The hour after the last one, in hours since 1970. */
  end: z.number().int(),
  /** Per hour: six ten-minute means of CPU (8 characters), mean memory (2), number of samples (1). */
  cells: z.string(),
});

export const guestHistories = defineRecord({
  name: 'guest-histories',
  owner: 'profiler',
  summary: 'CPU and memory of every guest over the last 14 days; a part holds the guests whose ids share a hash.',
  data: z.record(z.string(), GuestHistory),
  budget_bytes: 524_288,
});

export type GuestHistory = z.output<typeof GuestHistory>;
