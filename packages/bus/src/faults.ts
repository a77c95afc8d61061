import type { Delivery, Outgoing } from './port.ts';

/** What is to go wrong on a bus, for tests. */
export type Faults = {
  /** Asked at the nth attempt (from 1) to publish an id: `refused` is lost, of `unanswered` only the answer is lost. */
  fail_publish?: (outgoing: Outgoing, nth: number) => 'refused' | 'unanswered' | null;
  /** Whether a message is delivered once more after it was acknowledged. */
  duplicate?: (delivery: Pick<Delivery, 'stream' | 'subject' | 'sequence'>) => boolean;
  /** Repetitions come late and in any order; of the first deliveries, up to `window` of a consumer may be overtaken (default 0). */
  shuffle?: { seed: number; window?: number };
};
