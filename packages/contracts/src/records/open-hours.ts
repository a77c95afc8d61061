import { z } from 'zod';
import { Time } from '../cluster.ts';
import { defineRecord } from '../define.ts';

/** What of a guest is not yet in its history; a tuple, since there are thousands and they are written with every sample. */
export const OpenHour = z.tuple([
  /** Identity of the guest to which its history belongs. */
  z.string(),
  /** The open hour, in hours since 1970. */
  z.number().int(),
  /** Its ten-minute buckets that are closed, one byte of CPU each in hexadecimal. */
  z.string(),
  /** The open bucket: milliseconds seen, and the sum of milliseconds × CPU in 1/10,000. */
  z.number(),
  z.number(),
  /** The open hour: milliseconds seen, the sum of milliseconds × MiB, and the number of samples. */
  z.number(),
  z.number(),
  z.number().int(),
  /** Closed hours just before the open one that the history does not hold yet. */
  z.string(),
  /** vCPUs of which all CPU here and in the history is a fraction; absent where it was written before that was kept. */
  z.number().positive().optional(),
]);

export const openHours = defineRecord({
  name: 'open-hours',
  owner: 'profiler',
  summary: 'The hour that is being measured of every guest.',
  data: z.object({
    /** The last sample that was folded in. */
    at: Time,
    /** Milliseconds between it and the one before; 0 for the first. */
    gap_ms: z.number(),
    guests: z.record(z.string(), OpenHour),
  }),
  budget_bytes: 524_288,
});

export type OpenHour = z.output<typeof OpenHour>;
export type OpenHours = z.output<typeof openHours.data>;
