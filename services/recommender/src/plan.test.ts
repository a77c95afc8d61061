import { aConfig, aGuest } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { type PlanInput, plan } from './plan.ts';

const load = { cpu: 0.5, mem: 0.5, penalty: 10 };
const one = { expected: 1, low: 1, high: 1 };
const cost: PlanInput['cost'] = {
  points: 1,
  duration_seconds: { expected: 75, low: 60, high: 100 },
  downtime_seconds: { expected: 0.1234, low: 0.05, high: 0.3 },
  bytes: 6 * 2 ** 30,
  bytes_per_second: 1e8,
  restart: false,
  core_hours: 0.01,
};
const order = (change: Partial<PlanInput> = {}) =>
  plan({
    guest: aGuest(101, 'a'),
    source: 'a',
    target: 'b',
    effect: {
      source_before: { ...load, cpu: 0.8 },
      source_after: { ...load, cpu: 0.6 },
      target_before: load,
      target_after: load,
    },
    cost,
    cores: 2.1,
    mem_bytes: 4.26 * 2 ** 30,
    target_threads: 16,
    config: aConfig(),
    ...change,
  });

test('an order says all that an executor and a reader need', () => {
  expect(order()).toEqual({
    migration_type: 'live_migration',
    source_vm_id: '101',
    source_node_id: 'a',
    target_node_id: 'b',
    expected_utilization_improvement: {
      current_utilization: 0.8,
      expected_utilization: 0.6,
      improvement_percentage: 25,
    },
    execution_steps: [
      {
        step: 1,
        action: 'pre_migration_validation',
        description: 'Validate target node capacity and network connectivity of b',
        timeout_seconds: 30,
      },
      {
        step: 2,
        action: 'migration_preparation',
        description: 'Check that qemu/101 may leave a: locks, disks, devices',
        timeout_seconds: 300,
      },
      {
        step: 3,
        action: 'live_migration',
        description: 'Move qemu/101 from a to b, about 6 GiB',
        timeout_seconds: 600,
      },
      {
        step: 4,
        action: 'post_migration_validation',
        description: 'Validate that qemu/101 runs on b and responds',
        timeout_seconds: 30,
      },
      {
        step: 5,
        action: 'cleanup',
        description: 'Confirm that nothing of qemu/101 is left on a',
        timeout_seconds: 60,
      },
    ],
    success_criteria: [
      'VM remains responsive throughout migration',
      'Migration completes within 10 minutes',
      'VM runs on b without data loss or corruption',
      'Resource utilization improves by at least 12.5%',
    ],
    rollback_conditions: [
      'Migration fails to complete within 10 minutes',
      'VM becomes unresponsive',
      'CPU of b passes 85%',
      'Memory of b passes 90%',
      'Network connectivity issues detected on b',
      'The migration task ends with an error',
    ],
    resource_requirements: {
      target_node_cpu_available: '>14%',
      target_node_memory_available: '>4.3GB',
      network_bandwidth_required: '86Mbps minimum',
    },
    estimated_downtime_seconds: 0.123,
    estimated_completion_minutes: 1.3,
    success_checks: [
      { check: 'guest_responsive', sentence: 'VM remains responsive throughout migration' },
      { check: 'completed_within', limit: 600, sentence: 'Migration completes within 10 minutes' },
      { check: 'guest_on_target', sentence: 'VM runs on b without data loss or corruption' },
      {
        check: 'source_cpu_improved',
        limit: expect.closeTo(0.125, 9),
        sentence: 'Resource utilization improves by at least 12.5%',
      },
    ],
    rollback_checks: [
      { check: 'completed_within', limit: 600, sentence: 'Migration fails to complete within 10 minutes' },
      { check: 'guest_responsive', sentence: 'VM becomes unresponsive' },
      { check: 'target_cpu_below', limit: 0.85, sentence: 'CPU of b passes 85%' },
      { check: 'target_memory_below', limit: 0.9, sentence: 'Memory of b passes 90%' },
      { check: 'target_online', sentence: 'Network connectivity issues detected on b' },
      { check: 'task_ok', sentence: 'The migration task ends with an error' },
    ],
    requirements: {
      target_cpu_cores: 2.1,
      target_memory_bytes: 4.26 * 2 ** 30,
      network_bytes_per_second: (6 * 2 ** 30) / 600,
    },
    downtime_seconds: cost.downtime_seconds,
    duration_seconds: cost.duration_seconds,
  });
});

test.each([
  ['max_node_cpu_percent', 'target_cpu_below'],
  ['max_node_memory_percent', 'target_memory_below'],
])('%s is where an order says to go back', (option, check) => {
  const limitAt = (percent: number) =>
    order({
      config: aConfig({ automated_migrations: { safety_checks: { [option]: percent } } }),
    }).rollback_checks?.find((c) => c.check === check)?.limit;
  expect([60, 70].map(limitAt)).toEqual([0.6, 0.7]);
});

test.each([
  ['a VM that runs', { guest: aGuest(1, 'a') }, 'live_migration'],
  ['a container that runs', { guest: aGuest(1, 'a', { type: 'lxc' }) }, 'restart_migration'],
  ['what is off', { guest: aGuest(1, 'a', { status: 'stopped' }) }, 'offline_migration'],
])('%s moves by its kind', (_, change, kind) => {
  expect(order(change).migration_type).toBe(kind);
});

test.each([
  ['a source that is idle', 0, 0],
  ['a source that is not relieved', 0.5, 0.5],
])('no relief is promised for %s', (_, before, after) => {
  const effect = {
    source_before: { ...load, cpu: before },
    source_after: { ...load, cpu: after },
    target_before: load,
    target_after: load,
  };
  const { success_checks, expected_utilization_improvement } = order({ effect });
  expect(success_checks.map(({ check }) => check)).toEqual(['guest_responsive', 'completed_within', 'guest_on_target']);
  expect(expected_utilization_improvement.improvement_percentage).toBe(0);
});

test('bandwidth and threads are never asked of nothing', () => {
  const { requirements, resource_requirements } = order({ cost: { ...cost, bytes: 0 }, target_threads: 0, cores: 0.5 });
  expect(requirements.network_bytes_per_second).toBe(1);
  expect(resource_requirements.target_node_cpu_available).toBe('>50%');
});

test.each([
  ['ten minutes at least', 20, 7200, 600],
  ['three times the upper estimate', 400.5, 7200, 1202],
  ['what the configuration allows at most', 4000, 7200, 7200],
  ['what the configuration allows, if that is little', 20, 60, 60],
])('the move is given %s', (_, high, migration_poll_timeout_seconds, expected) => {
  const { execution_steps } = plan({
    guest: aGuest(1, 'a'),
    source: 'a',
    target: 'b',
    effect: { source_before: load, source_after: load, target_before: load, target_after: load },
    cost: {
      points: 1,
      duration_seconds: { expected: high / 2, low: high / 4, high },
      downtime_seconds: one,
      bytes: 2 ** 30,
      bytes_per_second: 1e8,
      restart: false,
      core_hours: 0.01,
    },
    cores: 1,
    mem_bytes: 2 ** 30,
    target_threads: 16,
    config: aConfig({ automated_migrations: { migration_poll_timeout_seconds } }),
  });
  expect(execution_steps.find(({ action }) => action === 'live_migration')?.timeout_seconds).toBe(expected);
});
