import type { AnyRecord } from '../define.ts';
import { CollectorProgress, collectorProgress, NodePast, PendingLog } from './collector-progress.ts';
import { CounterReading, guestCounters } from './guest-counters.ts';
import { GuestFacts, GuestMarks, guestFacts } from './guest-facts.ts';

/** Every record that a service keeps: this list is the schema of the store. */
export const records = [collectorProgress, guestCounters, guestFacts] as const satisfies readonly AnyRecord[];

export {
  CollectorProgress,
  CounterReading,
  collectorProgress,
  GuestFacts,
  GuestMarks,
  guestCounters,
  guestFacts,
  NodePast,
  PendingLog,
};
