import type { ApprovedMigration, PlanCheck, PlanStep } from '@evenkeel/contracts';
import { approval } from './approval.ts';

const seconds: [PlanStep['action'], number][] = [
  ['pre_migration_validation', 30],
  ['migration_preparation', 300],
  ['live_migration', 600],
  ['post_migration_validation', 30],
  ['cleanup', 60],
];
const execution_steps = seconds.map(([action, timeout_seconds], i) => ({
  step: i + 1,
  action,
  description: action,
  timeout_seconds,
}));

const success: PlanCheck[] = [
  { check: 'guest_responsive', sentence: 'VM remains responsive throughout migration' },
  { check: 'completed_within', limit: 600, sentence: 'Migration completes within 10 minutes' },
  { check: 'guest_on_target', sentence: 'VM runs on the target' },
  { check: 'source_cpu_improved', limit: 0.1, sentence: 'Resource utilization improves by at least 10%' },
];
const rollback: PlanCheck[] = [
  { check: 'completed_within', limit: 600, sentence: 'Migration fails to complete within 10 minutes' },
  { check: 'guest_responsive', sentence: 'VM becomes unresponsive' },
  { check: 'target_cpu_below', limit: 0.85, sentence: 'CPU of the target passes 85%' },
  { check: 'target_memory_below', limit: 0.9, sentence: 'Memory of the target passes 90%' },
  { check: 'target_online', sentence: 'Network connectivity issues detected on the target' },
  { check: 'task_ok', sentence: 'The migration task ends with an error' },
];

/** An approval whose plan has every step and every check. */
export function planned(
  vmid: number,
  from: string,
  to: string,
  more: Partial<ApprovedMigration> = {},
  type: ApprovedMigration['migration_plan']['migration_type'] = 'live_migration',
): ApprovedMigration {
  const bare = approval(vmid, from, to, more);
  const checks = { success_checks: success, rollback_checks: rollback };
  return { ...bare, migration_plan: { ...bare.migration_plan, migration_type: type, execution_steps, ...checks } };
}
