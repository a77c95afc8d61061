import type { Config, Effect, GuestSample, MigrationPlan, PlanCheck, PlanStep } from '@evenkeel/contracts';
import type { MigrationCost } from '@evenkeel/model';

export type PlanInput = {
  guest: GuestSample;
  source: string;
  target: string;
  effect: Effect;
  cost: MigrationCost;
  cores: number;
  mem_bytes: number;
  target_threads: number;
  config: Config;
  /** Storage there by storage here, where disks go to one of another name. */
  storage_map?: Record<string, string>;
};

const GiB = 2 ** 30;
const validationSeconds = 30;
const cleanupSeconds = 60;
const worstSlowdown = 3;
const leastTimeout = 600;
/** Share of the promised relief of the source that must be seen afterwards. */
const reliefKept = 0.5;

const one = (value: number): number => Math.round(value * 10) / 10;
const three = (value: number): number => Math.round(value * 1000) / 1000;

/** Seconds that the migration itself may take: three times its upper estimate and never less than ten minutes, as far as the configured limit allows. It is stopped after that. */
function migrationTimeout({ cost, config }: Pick<PlanInput, 'cost' | 'config'>): number {
  const limit = config.automated_migrations.migration_poll_timeout_seconds;
  return Math.min(limit, Math.max(leastTimeout, Math.ceil(worstSlowdown * cost.duration_seconds.high)));
}

function steps(input: PlanInput, timeout: number): PlanStep[] {
  const { guest, source, target, cost, config } = input;
  const gib = one(cost.bytes / GiB);
  const rows: [PlanStep['action'], string, number][] = [
    [
      'pre_migration_validation',
      `Validate target node capacity and network connectivity of ${target}`,
      validationSeconds,
    ],
    [
      'migration_preparation',
      `Check that ${guest.guest} may leave ${source}: locks, disks${landing(input)}, devices`,
      60 * config.automated_migrations.rules.approval_expiry_minutes,
    ],
    ['live_migration', `Move ${guest.guest} from ${source} to ${target}, about ${gib} GiB`, timeout],
    ['post_migration_validation', `Validate that ${guest.guest} runs on ${target} and responds`, validationSeconds],
    ['cleanup', `Confirm that nothing of ${guest.guest} is left on ${source}`, cleanupSeconds],
  ];
  return rows.map(([action, description, timeout_seconds], i) => ({
    step: i + 1,
    action,
    description,
    timeout_seconds,
  }));
}

/** Which disks change their storage, in words. */
function landing({ storage_map = {} }: PlanInput): string {
  const pairs = Object.entries(storage_map).map(([here, there]) => `${here} to ${there}`);
  return pairs.length > 0 ? ` (${pairs.join(', ')})` : '';
}

function successChecks({ effect, target }: PlanInput, timeout: number): PlanCheck[] {
  const before = effect.source_before.cpu;
  const relief = before > 0 ? (reliefKept * (before - effect.source_after.cpu)) / before : 0;
  const percent = one(100 * relief);
  const checks: PlanCheck[] = [
    { check: 'guest_responsive', sentence: 'VM remains responsive throughout migration' },
    {
      check: 'completed_within',
      limit: timeout,
      sentence: `Migration completes within ${Math.ceil(timeout / 60)} minutes`,
    },
    { check: 'guest_on_target', sentence: `VM runs on ${target} without data loss or corruption` },
  ];
  if (percent <= 0) return checks;
  return [
    ...checks,
    { check: 'source_cpu_improved', limit: relief, sentence: `Resource utilization improves by at least ${percent}%` },
  ];
}

function rollbackChecks({ target, config }: PlanInput, timeout: number): PlanCheck[] {
  const { max_node_cpu_percent: cpu, max_node_memory_percent: mem } = config.automated_migrations.safety_checks;
  return [
    {
      check: 'completed_within',
      limit: timeout,
      sentence: `Migration fails to complete within ${Math.ceil(timeout / 60)} minutes`,
    },
    { check: 'guest_responsive', sentence: 'VM becomes unresponsive' },
    { check: 'target_cpu_below', limit: cpu / 100, sentence: `CPU of ${target} passes ${cpu}%` },
    { check: 'target_memory_below', limit: mem / 100, sentence: `Memory of ${target} passes ${mem}%` },
    { check: 'target_online', sentence: `Network connectivity issues detected on ${target}` },
    { check: 'task_ok', sentence: 'The migration task ends with an error' },
  ];
}

/** The order for one migration as an executor and a reader need it: target, steps with time-outs, checks, requirements, estimates. */
export function plan(input: PlanInput): MigrationPlan {
  const { guest, source, target, effect, cost, cores, mem_bytes, target_threads } = input;
  const timeout = migrationTimeout(input);
  const current = effect.source_before.cpu;
  const expected = effect.source_after.cpu;
  const bandwidth = Math.max(1, cost.bytes / timeout);
  const success_checks = successChecks(input, timeout);
  const rollback_checks = rollbackChecks(input, timeout);
  const share = Math.ceil((100 * cores) / Math.max(1, target_threads));
  const live = guest.status === 'running';
  return {
    migration_type: !live ? 'offline_migration' : guest.type === 'lxc' ? 'restart_migration' : 'live_migration',
    source_vm_id: String(guest.vmid),
    source_node_id: source,
    target_node_id: target,
    expected_utilization_improvement: {
      current_utilization: three(current),
      expected_utilization: three(expected),
      improvement_percentage: current > 0 ? one((100 * (current - expected)) / current) : 0,
    },
    execution_steps: steps(input, timeout),
    success_criteria: success_checks.map((c) => c.sentence),
    rollback_conditions: rollback_checks.map((c) => c.sentence),
    resource_requirements: {
      target_node_cpu_available: `>${share}%`,
      target_node_memory_available: `>${one(mem_bytes / GiB)}GB`,
      network_bandwidth_required: `${Math.ceil((8 * bandwidth) / 1e6)}Mbps minimum`,
    },
    estimated_downtime_seconds: three(cost.downtime_seconds.expected),
    estimated_completion_minutes: one(cost.duration_seconds.expected / 60),
    success_checks,
    rollback_checks,
    ...(Object.keys(input.storage_map ?? {}).length > 0 && { storage_map: input.storage_map }),
    requirements: {
      target_cpu_cores: three(cores),
      target_memory_bytes: mem_bytes,
      network_bytes_per_second: bandwidth,
    },
    downtime_seconds: cost.downtime_seconds,
    duration_seconds: cost.duration_seconds,
  };
}
