import type { ApprovedMigration, MigrationPlan, PlanCheck, PlanStep } from '@evenkeel/contracts';

/** Where disks came from, by the storage that took them; null where two shared one, and whose is whose is not known. */
export function mapBack({ storage_map = {} }: MigrationPlan): Record<string, string> | null {
  const back = Object.fromEntries(Object.entries(storage_map).map(([here, there]) => [there, here]));
  return Object.keys(back).length === Object.keys(storage_map).length ? back : null;
}

/** The plan of the way back: the same steps, time-outs and estimates with the nodes changed over; nothing calls it back in turn. */
export function planBack({
  guest,
  source_node,
  target_node,
  expected,
  migration_plan: plan,
}: ApprovedMigration): MigrationPlan {
  const { target_after, target_before } = expected.effect;
  const words: Record<PlanStep['action'], string> = {
    pre_migration_validation: `Validate that ${source_node} can take ${guest} back`,
    migration_preparation: `Check that ${guest} may leave ${target_node}: locks, disks, devices`,
    live_migration: `Move ${guest} back from ${target_node} to ${source_node}`,
    post_migration_validation: `Validate that ${guest} runs on ${source_node} and responds`,
    cleanup: `Confirm that nothing of ${guest} is left on ${target_node}`,
  };
  const success_checks = plan.success_checks.flatMap((check): PlanCheck[] => {
    if (check.check === 'source_cpu_improved') return [];
    return [check.check === 'guest_on_target' ? { ...check, sentence: `VM runs on ${source_node} again` } : check];
  });
  const less = target_after.cpu > 0 ? (target_after.cpu - target_before.cpu) / target_after.cpu : 0;
  const { storage_map: _, ...same } = plan;
  const back = mapBack(plan);
  return {
    ...same,
    ...(plan.storage_map && back && { storage_map: back }),
    source_node_id: target_node,
    target_node_id: source_node,
    expected_utilization_improvement: {
      current_utilization: target_after.cpu,
      expected_utilization: target_before.cpu,
      improvement_percentage: Math.round(1000 * less) / 10,
    },
    execution_steps: plan.execution_steps.map((step) => ({ ...step, description: words[step.action] })),
    success_checks,
    success_criteria: success_checks.map(({ sentence }) => sentence),
    rollback_checks: [],
    rollback_conditions: [],
  };
}
