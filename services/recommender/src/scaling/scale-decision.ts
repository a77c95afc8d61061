import type { GuestSample, MigrationPlan, ResourceType, ScalingAction, ScalingDecision } from '@evenkeel/contracts';
import { type Generated, recommend } from '../recommend.ts';
import { emptyMemory } from '../remember.ts';
import type { RecommendInput } from '../start-run.ts';
import { scaleGuest } from './scale-guests.ts';
import { peaksReached, type Usages, usagesOf } from './usage-of.ts';

/** A run to decide in; what is not remembered, or was not recommended yet, is left out. */
export type ScalingCluster = Omit<RecommendInput, 'memory'> &
  Partial<Pick<RecommendInput, 'memory'>> & { generated?: Generated };

/** The older call's answer. */
export type ScaleAnswer = {
  action: ScalingAction;
  resource: ResourceType;
  current: number;
  target: number;
  confidence: number;
  reasoning: string;
  target_node_id?: string;
  migration_details?: {
    migration_type: MigrationPlan['migration_type'];
    expected_improvement: MigrationPlan['expected_utilization_improvement'];
    execution_steps: MigrationPlan['execution_steps'];
    success_criteria: string[];
    rollback_conditions: string[];
    resource_requirements: MigrationPlan['resource_requirements'];
    estimated_downtime_seconds: number;
    estimated_completion_minutes: number;
  };
};

/** A decision as callers of the older interface know it. */
export function answerOf(decision: ScalingDecision): ScaleAnswer {
  const { target_node_id, migration_plan: plan } = decision;
  return {
    action: decision.scaling_action,
    resource: decision.resource_type,
    current: decision.current_value,
    target: decision.target_value,
    confidence: decision.confidence,
    reasoning: decision.reasoning,
    ...(target_node_id === undefined ? {} : { target_node_id }),
    ...(plan
      ? {
          migration_details: {
            migration_type: plan.migration_type,
            expected_improvement: plan.expected_utilization_improvement,
            execution_steps: plan.execution_steps,
            success_criteria: plan.success_criteria,
            rollback_conditions: plan.rollback_conditions,
            resource_requirements: plan.resource_requirements,
            estimated_downtime_seconds: plan.estimated_downtime_seconds,
            estimated_completion_minutes: plan.estimated_completion_minutes,
          },
        }
      : {}),
  };
}

/** The same cluster with a guest that uses its CPU as the caller says, and its node with it. */
function supposing(cluster: ScalingCluster, guest: GuestSample, { cpu }: Usages): ScalingCluster {
  if (!cpu) return cluster;
  const change = (cpu.current - guest.cpu) * guest.maxcpu;
  const { sample, profiles, generated, ...rest } = cluster;
  return {
    ...rest,
    sample: {
      ...sample,
      guests: sample.guests.map((g) => (g.guest === guest.guest ? { ...g, cpu: cpu.current } : g)),
      nodes: sample.nodes.map((n) =>
        n.node === guest.node ? { ...n, cpu: Math.min(1, Math.max(0, n.cpu + change / Math.max(1, n.maxcpu))) } : n,
      ),
    },
    profiles: profiles.map((p) => {
      if (p.guest !== guest.guest) return p;
      const { average: mean, peak: p95, current: hour } = cpu;
      return { ...p, cpu: { ...p.cpu, mean, p95, max: Math.max(p.cpu.max, p95), hour, day: mean, week: mean } };
    }),
    convergence: { ...cluster.convergence, converged: false },
  };
}

/**
 * Every decision about a guest, the most urgent first, by the recommender's whole analysis of the cluster; `metrics` replace what
 * is known of it. Empty where nothing is known; undefined where there is no such guest. `vm_id` is `105` or `qemu/105`.
 */
export function scalingDecisions(
  vm_id: string,
  metrics: Usages | undefined,
  cluster: ScalingCluster,
): ScalingDecision[] | undefined {
  const guest = cluster.sample.guests.find((g) => g.guest === vm_id || String(g.vmid) === vm_id);
  if (!guest) return undefined;
  const given = metrics && peaksReached(metrics);
  const input = given ? supposing(cluster, guest, given) : cluster;
  const profile = input.profiles.find((p) => p.guest === guest.guest);
  const generated = input.generated ?? recommend({ memory: emptyMemory, ...input });
  const now = input.sample.guests.find((g) => g.guest === guest.guest) ?? guest;
  const usages = { ...usagesOf(now, profile), ...given };
  return scaleGuest({ ...input, generated }, now, usages).sort(
    (a, b) =>
      Number(a.scaling_action === 'no_action') - Number(b.scaling_action === 'no_action') ||
      b.urgency_score - a.urgency_score,
  );
}

/** The older call: the most urgent decision about a guest. */
export function scaleDecision(
  vm_id: string,
  metrics: Usages | undefined,
  cluster: ScalingCluster,
): ScaleAnswer | undefined {
  const [first] = scalingDecisions(vm_id, metrics, cluster) ?? [];
  return first && answerOf(first);
}
