import type { ClusterSample, ScalingDecision } from '@evenkeel/contracts';
import { printable, safe } from '../demo/tell.ts';
import { gib } from './columns.ts';

/** The decisions about a guest for a reader, with the plan of a migration. */
export function explainScaling(sample: ClusterSample, vmid: number, decisions: readonly ScalingDecision[]): string {
  const guest = sample.guests.find((g) => g.vmid === vmid)!;
  return [
    `${guest.guest} ${safe(guest.name)} on ${safe(guest.node)}: ${guest.maxcpu} vCPUs, ${gib(guest.maxmem)}  (${sample.at})`,
    ...decisions.flatMap(explainDecision),
    '',
  ].join('\n');
}

function explainDecision(decision: ScalingDecision): string[] {
  const { scaling_action: action, current_value, target_value, migration_plan: plan } = decision;
  const to = decision.target_node_id === undefined ? '' : ` to ${safe(decision.target_node_id)}`;
  const values = action === 'no_action' ? '' : `, ${current_value.toFixed(2)} → ${target_value.toFixed(2)}`;
  const figures =
    action === 'no_action'
      ? []
      : [
          `    confidence ${Math.round(100 * decision.confidence)} %, urgency ${Math.round(100 * decision.urgency_score)} %, at ${decision.execution_time}`,
          `    way back: ${printable(decision.rollback_plan.action)}`,
        ];
  return [
    `  ${decision.resource_type}: ${action}${to}${values}`,
    `    ${printable(decision.reasoning)}`,
    ...figures,
    ...(plan
      ? [
          `    plan (${plan.migration_type}), about ${plan.estimated_completion_minutes} min, paused ${plan.estimated_downtime_seconds} s:`,
          ...plan.execution_steps.map(
            (s) => `      ${s.step} ${printable(s.description)} (${s.timeout_seconds} s at most)`,
          ),
          ...plan.success_criteria.map((c) => `      success: ${printable(c)}`),
          ...plan.rollback_conditions.map((c) => `      rollback: ${printable(c)}`),
        ]
      : []),
  ];
}
