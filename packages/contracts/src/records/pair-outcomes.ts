import { z } from 'zod';
import { GuestId, Time } from '../cluster.ts';
import { defineRecord } from '../define.ts';
import { Horizon, OutcomeVerdict } from '../migration.ts';

/** How one migration turned out, by the latest look at it; a failed one is never judged later. */
export const JudgedMove = z.object({
  migration_id: z.string(),
  guest: GuestId,
  at: Time,
  horizon: z.union([Horizon, z.literal('failed')]),
  verdict: z.union([OutcomeVerdict, z.literal('failed')]),
});

export const pairOutcomes = defineRecord({
  name: 'pair_outcomes',
  owner: 'filter-pipeline',
  summary: 'How the latest migrations from one node to another turned out; one part per pair, named `source>target`.',
  /** Oldest first, at most 50. */
  data: z.object({ judged: z.array(JudgedMove) }),
  budget_bytes: 16_384,
});

export type JudgedMove = z.output<typeof JudgedMove>;
