import { z } from 'zod';
import { Time } from './cluster.ts';
import { MigrationPlan } from './migration.ts';

export const ResourceType = z.enum(['cpu', 'memory', 'storage', 'network', 'vm_count']);

export const ScalingAction = z.enum([
  'scale_up',
  'scale_down',
  'scale_out',
  'scale_in',
  'no_action',
  'migrate',
  'consolidate',
]);

/** What is assigned now and what would do; vCPUs or bytes. */
export const ScalingAmount = z.object({ unit: z.enum(['vcpus', 'bytes']), now: z.number(), advised: z.number() });

/** How to undo it, and when. */
export const RollbackPlan = z.object({ action: z.string(), conditions: z.array(z.string()) });

/** The second seed's decision about one resource of one guest. Scaling is advice; only a migration is carried out, by its recommendation. */
export const ScalingDecision = z.object({
  decision_id: z.string(),
  /** The guest's number. */
  vm_id: z.string(),
  resource_type: ResourceType,
  scaling_action: ScalingAction,
  /** Fraction of what the guest has of the resource that it uses now; of a migration, CPU of the source node before it. */
  current_value: z.number(),
  /** Fraction of what it has that it should be given; of a migration, expected CPU of the source node after it. */
  target_value: z.number(),
  /** 0..1. */
  confidence: z.number(),
  /** One sentence that quotes its numbers. */
  reasoning: z.string(),
  /** Change of what is assigned, fraction of it: 0.25 is a quarter more; of a migration, the share of what it brings that making it costs. */
  cost_impact: z.number(),
  /** What the guest gains, fraction: fall of the load of its node, or of its own peak. */
  performance_impact: z.number(),
  /** 0..1, 1 is now. */
  urgency_score: z.number(),
  /** When to carry it out: at once, or in the guest's quietest hour of the coming day. */
  execution_time: Time,
  rollback_plan: RollbackPlan,
  created_at: Time,
  /** Of a migration: the node to go to, and the whole order. */
  target_node_id: z.string().optional(),
  migration_plan: MigrationPlan.optional(),
  /** Of scaling: what its values mean in vCPUs or bytes. */
  amount: ScalingAmount.optional(),
});

export type ResourceType = z.output<typeof ResourceType>;
export type ScalingAction = z.output<typeof ScalingAction>;
export type ScalingAmount = z.output<typeof ScalingAmount>;
export type RollbackPlan = z.output<typeof RollbackPlan>;
export type ScalingDecision = z.output<typeof ScalingDecision>;
