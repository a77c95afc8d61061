import type { ApprovedMigration, MigrationPlan, PlanCheck, PlanStep } from '@evenkeel/contracts';

/**
 * Where disks came from, by the storage that took them; null where whose is whose is not known: two shared one, or it is none that
 * held nothing of the guest before (`mixed`, undefined where nobody looked).
 */
export function mapBack(
  { storage_map = {} }: Pick<MigrationPlan, 'storage_map'>,
  mixed: readonly string[] | undefined,
): Record<string, string> | null {
  const pairs = Object.entries(storage_map);
  const back = Object.fromEntries(pairs.map(([here, there]) => [there, here]));
  const isKnown = pairs.every(([, there]) => mixed !== undefined && !mixed.includes(there));
  return isKnown && Object.keys(back).length === pairs.length ? back : null;
}

/** The plan of the way back, its disks where `back` says: the same steps, time-outs and estimates with the nodes changed over; nothing calls it back in turn. */
export function planBack(
  { guest, source_node, target_node, expected, migration_plan: plan }: ApprovedMigration,
  back: Record<string, string> | null,
): MigrationPlan {
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
