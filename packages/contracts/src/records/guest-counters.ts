import { z } from 'zod';
import { defineRecord } from '../define.ts';

const n = z.number();

/** Uptime in seconds, then network in and out, disk read and written: cumulative bytes, and the rates last computed of them. */
export const CounterReading = z.tuple([n, n, n, n, n, n, n, n, n]);

export const guestCounters = defineRecord({
  name: 'guest_counters',
  owner: 'collector',
  summary: 'The cumulative counters of the guests of a node as last read, from which the next sample computes rates.',
  data: z.record(z.string(), CounterReading),
  budget_bytes: 131_072,
});

export type CounterReading = z.output<typeof CounterReading>;
