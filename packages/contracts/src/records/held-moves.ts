import { z } from 'zod';
import { ClusterName, GuestId, Time } from '../cluster.ts';
import { HeldBy } from '../counterfactual.ts';
import { defineRecord } from '../define.ts';
import { Gain, Horizon } from '../migration.ts';
import { LoadSums } from './watched-migrations.ts';

/** One move that was held back and whose horizons are not all judged. */
export const HeldMove = z.object({
  counterfactual_id: z.string(),
  /** W3C traceparent of the run that held it back. */
  trace: z.string().optional(),
  cluster: ClusterName,
  guest: GuestId,
  vmid: z.number().int(),
  name: z.string(),
  /** Once it was seen. */
  identity: z.string().optional(),
  source_node: z.string(),
  target_node: z.string(),
  held_by: HeldBy,
  held_at: Time,
  expected_gain: Gain,
  confidence_score: z.number(),
  cost_benefit_ratio: z.number(),
  /** Moves that its prediction takes as made. */
  planned_after: z.array(z.object({ guest: GuestId, target_node: z.string() })),
  /** Horizons still to be judged: `as_is` are the nodes with the guest moved, `stayed` the nodes as they are. */
  open: z.partialRecord(Horizon, LoadSums),
  counted_at: Time.optional(),
});

export const heldMoves = defineRecord({
  name: 'held_moves',
  owner: 'outcome-tracker',
  summary:
    'Moves that were held back and are judged all the same, one part per guest, source and target, for 24 hours at most.',
  data: HeldMove,
  budget_bytes: 6144,
});

export type HeldMove = z.output<typeof HeldMove>;
