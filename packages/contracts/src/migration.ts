import { z } from 'zod';
import { ClusterName, GuestId, Time } from './cluster.ts';
import { Behavior } from './profile.ts';

/** Expected value with its 90 % interval. */
export const Estimate = z.object({ expected: z.number(), low: z.number(), high: z.number() });

/** Chances, 0..1, that a move brings something: if things stay as they are now, and if all goes back to what is usual. */
export const Chances = z.object({ now: z.number(), usual: z.number() });

/** Penalty points that a move is expected to bring, and the chances that it brings any, as they were before outcomes corrected them. */
export const Gain = Estimate.extend({
  chances: Chances.optional(),
  /** Standard deviation as it was computed; outcomes correct the interval, not this. */
  sd: z.number().optional(),
  /** How many times as wide as computed the interval is, by outcomes; 1 where absent. */
  width: z.number().optional(),
});

export const NodeEffect = z.object({
  cpu: z.number(),
  mem: z.number(),
  penalty: z.number(),
});

/** What a move does to the two nodes it touches; loads are fractions, predicted by the guests' profiles. */
export const Effect = z.object({
  source_before: NodeEffect,
  source_after: NodeEffect,
  target_before: NodeEffect,
  target_after: NodeEffect,
});

/**
 * CPU that is expected of the two nodes of a move over the half hour that ends an hour after it, fractions; `target_guests` stands for
 * the guests that are counted on there.
 */
export const NodesNext = z.object({ source: Estimate, target: Estimate, target_guests: z.number() });

/** The check that a machine evaluates beside each of the plan's sentences. */
export const PlanCheck = z.object({
  check: z.enum([
    'guest_responsive',
    'completed_within',
    'source_cpu_improved',
    'guest_on_target',
    'task_ok',
    'target_cpu_below',
    'target_memory_below',
    'target_online',
  ]),
  limit: z.number().optional(),
  sentence: z.string(),
});

export const PlanStep = z.object({
  step: z.number().int(),
  action: z.enum([
    'pre_migration_validation',
    'migration_preparation',
    'live_migration',
    'post_migration_validation',
    'cleanup',
  ]),
  description: z.string(),
  timeout_seconds: z.number(),
});

/** What became of one of the plan's checks when it was made. */
export const CheckResult = z.object({
  name: PlanCheck.shape.check,
  /** Whether the plan asks for it, or goes back without it. */
  of: z.enum(['success', 'rollback']),
  sentence: z.string(),
  expected: z.string(),
  actual: z.string(),
  /** Null where it could not be told; of a rollback condition, false is what asks to go back. */
  passed: z.boolean().nullable(),
});

/** How one step of the plan went, and when, by the cluster's clock. */
export const StepResult = z.object({
  step: z.number().int(),
  action: PlanStep.shape.action,
  timeout_seconds: z.number(),
  result: z.enum(['done', 'failed', 'timed_out', 'not_reached']),
  started_at: Time.optional(),
  ended_at: Time.optional(),
});

/** A volume of the guest on a node where nobody uses it any more; Evenkeel deletes nothing. */
export const Leftover = z.object({ node: z.string(), volume: z.string(), bytes: z.number().optional() });

/** Whether the guest is to be moved back, and why, or why not although a condition asks for it. */
export const WayBack = z.object({ wanted: z.boolean(), reason: z.string(), migration_id: z.string().optional() });

/** The second seed's structure and names; every figure computed. */
export const MigrationPlan = z.object({
  migration_type: z.enum(['live_migration', 'restart_migration', 'offline_migration']),
  source_vm_id: z.string(),
  source_node_id: z.string(),
  target_node_id: z.string(),
  expected_utilization_improvement: z.object({
    current_utilization: z.number(),
    expected_utilization: z.number(),
    improvement_percentage: z.number(),
  }),
  execution_steps: z.array(PlanStep),
  success_criteria: z.array(z.string()),
  rollback_conditions: z.array(z.string()),
  resource_requirements: z.object({
    target_node_cpu_available: z.string(),
    target_node_memory_available: z.string(),
    network_bandwidth_required: z.string(),
  }),
  estimated_downtime_seconds: z.number(),
  estimated_completion_minutes: z.number(),
  success_checks: z.array(PlanCheck),
  rollback_checks: z.array(PlanCheck),
  /** Where disks go whose storage the target does not have: storage there by storage here. */
  storage_map: z.record(z.string(), z.string()).optional(),
  requirements: z.object({
    target_cpu_cores: z.number(),
    target_memory_bytes: z.number(),
    network_bytes_per_second: z.number(),
  }),
  downtime_seconds: Estimate,
  duration_seconds: Estimate,
});

export const RiskFlag = z.object({ flag: z.string(), value: z.number(), limit: z.number(), sentence: z.string() });

/** Why a move must happen whatever it brings. */
export const MandatoryReason = z.enum(['maintenance', 'rule', 'drain']);

/** The chosen candidate of a guest in a run. */
export const Recommendation = z.object({
  recommendation_id: z.string(),
  run_id: z.string(),
  cluster: ClusterName,
  at: Time,
  guest: GuestId,
  vmid: z.number().int(),
  name: z.string(),
  type: z.enum(['qemu', 'lxc']),
  source_node: z.string(),
  target_node: z.string(),
  /** Position in the run, 1 is best. */
  rank: z.number().int(),
  mandatory: MandatoryReason.optional(),
  /** The node that a drain or maintenance empties, where this move only makes room for that elsewhere; else it is its source. */
  empties: z.string().optional(),
  /** It evens out the number of guests per node: worth as much as the least improvement that is asked, as long as it does no harm. */
  purpose: z.literal('distribution').optional(),
  /** Half of two moves that only pay together, as step so much; its effect is its own, what it pays that of both. */
  exchange: z
    .object({
      step: z.number().int(),
      of: z.number().int(),
      with: z.object({ guest: GuestId, target_node: z.string() }),
    })
    .optional(),
  reason: z.string(),
  behavior: Behavior,
  /** Penalty points of source and target together, before less after; of this guest alone, after the companions before it. */
  score_improvement: z.number(),
  improvement: Gain,
  effect: Effect,
  /** Both nodes an hour later, with all that was planned before this move. */
  cpu_in_an_hour: NodesNext.optional(),
  /** 0..100: the probability that the move turns out beneficial, companions included. */
  confidence_score: z.number(),
  risk: z.object({ high: z.boolean(), flags: z.array(RiskFlag) }),
  has_conflict: z.boolean(),
  conflict_reason: z.string().optional(),
  /** Cost in penalty-point-hours, and what it was computed from. */
  cost: z.object({
    points: z.number(),
    duration_seconds: Estimate,
    downtime_seconds: Estimate,
    bytes: z.number(),
    restart: z.boolean(),
  }),
  /** Hours for which the improvement is expected to last. */
  lasts_hours: z.number(),
  /** Of the move with its companions. */
  cost_benefit_ratio: z.number(),
  /** The guest's own load on the two nodes: what the prediction rests on. */
  guest_load: z.object({ cpu_cores: Estimate, mem_bytes: z.number(), assigned_bytes: z.number() }),
  /** Guests that move with it because a rule binds them; each has a recommendation of its own. */
  companions: z.array(GuestId),
  /** Moves of the run that its prediction takes as made: those before it that touch one of its nodes, the nearest at most. */
  planned_after: z.array(z.object({ guest: GuestId, target_node: z.string() })).optional(),
  migration_plan: MigrationPlan,
});

/** Facts about a guest that filters need and a recommendation does not say. */
export const RungResult = z.enum(['passed', 'failed', 'off', 'bypassed', 'not_reached']);
/** The option that leaves no room at step `limits`. */
export const Limit = z.enum(['max_migrations_per_run', 'max_concurrent_migrations', 'grace_period_seconds']);
export const Rung = z.object({
  order: z.number().int(),
  filter: z.string(),
  result: RungResult,
  reason: z.string(),
  /** Where it is step `limits` that failed, and an option is why. */
  limit: Limit.optional(),
  /** Where it failed by figures that are configured: these, by option. */
  under: z.record(z.string(), z.number()).optional(),
});

export const DecisionAction = z.enum(['executed', 'pending', 'failed', 'filtered', 'skipped', 'observing', 'deferred']);

export const Decision = z.object({
  decision_id: z.string(),
  run_id: z.string(),
  cluster: ClusterName,
  decided_at: Time,
  config_revision: z.string(),
  action: DecisionAction,
  reason: z.string(),
  ladder: z.array(Rung),
  dry_run: z.boolean(),
  recommendation: Recommendation,
});

/** The whole order to the executor: nothing else needs to be looked up. */
export const ApprovedMigration = z.object({
  migration_id: z.string(),
  cluster: ClusterName,
  run_id: z.string(),
  decision_id: z.string(),
  guest: GuestId,
  vmid: z.number().int(),
  name: z.string(),
  type: z.enum(['qemu', 'lxc']),
  identity: z.string(),
  source_node: z.string(),
  target_node: z.string(),
  approved_at: Time,
  expires_at: Time,
  /** Sequence of the sample that it was decided on, and when that was taken; an approval without the time rests on one as old as itself. */
  sample_sequence: z.number().int(),
  sampled_at: Time.optional(),
  config_revision: z.string(),
  /** Who approved it, where the mode asks for that. */
  approved_by: z.string().optional(),
  /** A mandatory move is judged by other rules. */
  mandatory: MandatoryReason.optional(),
  /** The node that a drain or maintenance empties, where this move only makes room for that elsewhere; else it is its source. */
  empties: z.string().optional(),
  /** It evens out the number of guests per node: what it brings in points teaches nothing. */
  purpose: z.literal('distribution').optional(),
  /** Guests that a rule binds it to and that travel to the same node in the same plan, before or after it. */
  companions: z.array(GuestId).optional(),
  /** Half of an exchange: alone it teaches nothing. */
  exchange: z.boolean().optional(),
  /** The migration that this one undoes. */
  parent_id: z.string().optional(),
  confidence_score: z.number(),
  expected: z.object({
    improvement: Gain,
    duration_seconds: Estimate,
    downtime_seconds: Estimate,
    effect: Effect,
    cpu_in_an_hour: NodesNext.optional(),
    guest_cpu_cores: Estimate,
    /** Bytes of its memory, in use and assigned; absent in what was approved before this was told. */
    guest_memory: z.object({ mem_bytes: z.number(), assigned_bytes: z.number() }).optional(),
    /** Memory and local disks to be sent; absent in what was approved before this was told. */
    bytes: z.number().optional(),
    behavior: Behavior,
  }),
  migration_plan: MigrationPlan,
});

/** What is known of a finished transfer, from the task's log; absent where the log does not say. */
export const Transfer = z.object({
  duration_seconds: z.number(),
  downtime_seconds: z.number().optional(),
  bytes: z.number().optional(),
  ram_bytes: z.number().optional(),
  dirty_bytes_per_second: z.number().optional(),
});

export const Horizon = z.enum(['5m', '1h', '24h']);
export const OutcomeVerdict = z.enum(['beneficial', 'neutral', 'harmful']);

export const Outcome = z.object({
  migration_id: z.string(),
  cluster: ClusterName,
  horizon: Horizon,
  guest: GuestId,
  /** Of the guest that was moved: another may bear its number by now. */
  identity: z.string().optional(),
  vmid: z.number().int(),
  name: z.string(),
  source_node: z.string(),
  target_node: z.string(),
  completed_at: Time,
  judged_at: Time,
  /** Why it was judged before its time, or cannot be judged at all. */
  closed_early: z.string().optional(),
  /** Penalty points: what was promised, with its interval. */
  expected_gain: Gain,
  /** Penalty points: nodes as they are against the same nodes had the guest stayed; absent where it cannot be said. */
  actual_gain: z.number().optional(),
  /** actual − expected. */
  error: z.number().optional(),
  verdict: OutcomeVerdict.optional(),
  /** It had to be made whatever it brought: its verdict teaches nothing about moves that are chosen. */
  mandatory: z.boolean().optional(),
  /** It was made for the number of guests per node, and not for points: its verdict teaches nothing about moves that are. */
  purpose: z.literal('distribution').optional(),
  confidence_score: z.number(),
  /** Mean CPU of the target before the horizon; a prediction is made for the hour, and says nothing once other guests came or went. */
  target_cpu: z.object({ predicted: Estimate.optional(), actual: z.number().optional() }),
  duration_seconds: z.object({ predicted: Estimate, actual: z.number().optional() }),
  downtime_seconds: z.object({ predicted: Estimate, actual: z.number().optional() }),
  transfer: Transfer.optional(),
  /** What the figures cannot show, such as demand that a saturated node did not serve. */
  note: z.string().optional(),
});

export type Estimate = z.output<typeof Estimate>;
export type Chances = z.output<typeof Chances>;
export type Gain = z.output<typeof Gain>;
export type NodeEffect = z.output<typeof NodeEffect>;
export type Effect = z.output<typeof Effect>;
export type PlanCheck = z.output<typeof PlanCheck>;
export type PlanStep = z.output<typeof PlanStep>;
export type CheckResult = z.output<typeof CheckResult>;
export type StepResult = z.output<typeof StepResult>;
export type Leftover = z.output<typeof Leftover>;
export type WayBack = z.output<typeof WayBack>;
export type MigrationPlan = z.output<typeof MigrationPlan>;
export type MandatoryReason = z.output<typeof MandatoryReason>;
export type RiskFlag = z.output<typeof RiskFlag>;
export type Recommendation = z.output<typeof Recommendation>;
export type Limit = z.output<typeof Limit>;
export type Rung = z.output<typeof Rung>;
export type RungResult = z.output<typeof RungResult>;
export type DecisionAction = z.output<typeof DecisionAction>;
export type Decision = z.output<typeof Decision>;
export type ApprovedMigration = z.output<typeof ApprovedMigration>;
export type Transfer = z.output<typeof Transfer>;
export type Horizon = z.output<typeof Horizon>;
export type OutcomeVerdict = z.output<typeof OutcomeVerdict>;
export type Outcome = z.output<typeof Outcome>;
