import { z } from 'zod';
import { ClusterName, GuestId, Time } from './cluster.ts';
import { DecisionAction, Gain, Horizon, Limit, OutcomeVerdict } from './migration.ts';

/** What held a move back: the step that said no, or `dry_run` and `mode` where nothing did but that nothing may move. */
export const HeldBy = z.object({
  order: z.number().int(),
  filter: z.string(),
  action: DecisionAction,
  /** Which of the limits, where it was one. */
  limit: Limit.optional(),
  /** The figures of the configuration by which it did, by option. */
  under: z.record(z.string(), z.number()).optional(),
});

/** What a move that was not made would have brought, by the arithmetic that judges those that were. */
export const Counterfactual = z.object({
  /** The decision that first held the move back; one per guest, source and target until it is made or its day is over. */
  counterfactual_id: z.string(),
  cluster: ClusterName,
  horizon: Horizon,
  guest: GuestId,
  vmid: z.number().int(),
  name: z.string(),
  source_node: z.string(),
  target_node: z.string(),
  held_by: HeldBy,
  held_at: Time,
  judged_at: Time,
  /** Why it was judged before its time. */
  closed_early: z.string().optional(),
  /** Penalty points: what was promised, with its interval. */
  expected_gain: Gain,
  /** Penalty points: the nodes as they are, less the same nodes had the guest been moved. */
  would_have_gained: z.number(),
  /** would have gained − expected. */
  error: z.number(),
  verdict: OutcomeVerdict,
  confidence_score: z.number(),
  cost_benefit_ratio: z.number(),
});

export type HeldBy = z.output<typeof HeldBy>;
export type Counterfactual = z.output<typeof Counterfactual>;
