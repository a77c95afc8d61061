import { z } from 'zod';
import { GuestConstraints } from '../cluster.ts';
import { defineRecord } from '../define.ts';

/** By what a guest is told from another that got its vmid. */
export const GuestMarks = z.object({
  /** Epoch seconds of its creation. */
  ctime: z.number().optional(),
  uuid: z.string().optional(),
  macs: z.array(z.string()),
  name: z.string(),
});

/** What is known of a guest beside its figures. */
export const GuestFacts = z.object({
  /** How it looked when its configuration was last read; another look means: read it again. */
  look: z.string(),
  /** Epoch seconds of the last attempt to read its configuration. */
  tried_at: z.number(),
  /** Absent until its configuration was read. */
  known: z.object({ identity: z.string(), marks: GuestMarks, constraints: GuestConstraints }).optional(),
  /** Whether its past is still to be read, and how often it could not be. */
  past: z.object({ done: z.boolean(), tries: z.number().int() }),
});

export const guestFacts = defineRecord({
  name: 'guest_facts',
  owner: 'collector',
  summary: 'Identity and constraints of the guests of a node, from their configurations.',
  data: z.record(z.string(), GuestFacts),
  budget_bytes: 524_288,
});

export type GuestMarks = z.output<typeof GuestMarks>;
export type GuestFacts = z.output<typeof GuestFacts>;
