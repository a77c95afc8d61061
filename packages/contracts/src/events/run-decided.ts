import { z } from 'zod';
import { ClusterName, GuestId, Time } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { DecisionAction } from '../migration.ts';
import { Convergence } from '../score.ts';

export const RunSummary = z.object({
  run_id: z.string(),
  cluster: ClusterName,
  /** Time of the sample that opened it. */
  timestamp: Time,
  status: z.enum(['no_action', 'acting', 'success', 'partial', 'failed', 'skipped']),
  mode: z.enum(['dry_run', 'live', 'observe', 'recommend', 'approve', 'paused']),
  config_revision: z.string(),
  migrations_executed: z.number().int(),
  migrations_successful: z.number().int(),
  /** Seconds from opening to the end of its last migration; absent while one runs. */
  duration_seconds: z.number().optional(),
  safety_checks: z.object({
    migration_window: z.string(),
    cluster_health: z.string(),
    running_migrations: z.number().int(),
  }),
  /** How many recommendations ended in each action. */
  counts: z.partialRecord(DecisionAction, z.number().int()),
  decisions: z.array(
    z.object({
      decision_id: z.string(),
      guest: GuestId,
      name: z.string(),
      source_node: z.string(),
      target_node: z.string(),
      action: DecisionAction,
      reason: z.string(),
      confidence_score: z.number(),
      score_improvement: z.number(),
    }),
  ),
  /** Why nothing moved, where nothing did; always at least one sentence then. */
  notes: z.array(z.string()),
  convergence: Convergence,
  /** Whether the cluster survives the loss of any one node: as it is, and once the moves of the run are made. */
  survival: z
    .object({
      now: z.object({ survives: z.boolean(), reason: z.string() }),
      after: z.object({ survives: z.boolean(), reason: z.string() }),
    })
    .optional(),
  /** Standard deviation of node CPU (speed-weighted) over the online nodes, points. */
  imbalance: z.object({ cpu: z.number(), mem: z.number(), highest_penalty: z.number() }),
});
export type RunSummary = z.output<typeof RunSummary>;

export const runDecided = defineEvent({
  name: 'run.decided',
  version: 1,
  stream: 'decisions',
  leads: true,
  summary: 'A run has decided on all of its recommendations.',
  data: RunSummary,
  key: ({ cluster }) => cluster,
  id: ({ run_id }) => run_id,
  budget_bytes: 65_536,
});
