import { ApprovedMigration, Config, type ConfigInput } from '@evenkeel/contracts';
import { iso, minutes } from '@evenkeel/model';

export const t0 = Date.parse('2026-03-01T12:00:00.000Z');

export function configOf(input: ConfigInput = {}, abort_on_failure = false): Config {
  const rules = { max_concurrent_migrations: 2, grace_period_seconds: 20, allow_container_restarts: true };
  const safety_checks = { abort_on_failure };
  return Config.parse({ mode: 'auto', automated_migrations: { dry_run: false, rules, safety_checks }, ...input });
}

const estimate = { expected: 20, low: 10, high: 30 };
const effect = { cpu: 0.5, mem: 0.5, penalty: 30 };

/** An approval of `qemu/<vmid>` from one node to another. */
export function approval(
  vmid: number,
  from: string,
  to: string,
  more: Partial<ApprovedMigration> = {},
): ApprovedMigration {
  return ApprovedMigration.parse({
    migration_id: `m-${vmid}-${to}`,
    cluster: 'lab',
    run_id: 'r1',
    decision_id: `d-${vmid}-${to}`,
    guest: `qemu/${vmid}`,
    vmid,
    name: `vm${vmid}`,
    type: 'qemu',
    identity: `i${vmid}`,
    source_node: from,
    target_node: to,
    approved_at: iso(t0),
    expires_at: iso(t0 + minutes(5)),
    sample_sequence: 1,
    config_revision: 'c',
    confidence_score: 80,
    expected: {
      improvement: estimate,
      duration_seconds: estimate,
      downtime_seconds: estimate,
      effect: { source_before: effect, source_after: effect, target_before: effect, target_after: effect },
      guest_cpu_cores: estimate,
      behavior: 'steady',
    },
    migration_plan: {
      migration_type: 'live_migration',
      source_vm_id: String(vmid),
      source_node_id: from,
      target_node_id: to,
      expected_utilization_improvement: {
        current_utilization: 80,
        expected_utilization: 60,
        improvement_percentage: 25,
      },
      execution_steps: [],
      success_criteria: [],
      rollback_conditions: [],
      resource_requirements: {
        target_node_cpu_available: '',
        target_node_memory_available: '',
        network_bandwidth_required: '',
      },
      estimated_downtime_seconds: 1,
      estimated_completion_minutes: 1,
      success_checks: [],
      rollback_checks: [],
      requirements: { target_cpu_cores: 1, target_memory_bytes: 1, network_bytes_per_second: 1 },
      downtime_seconds: estimate,
      duration_seconds: estimate,
    },
    ...more,
  });
}
