import { ApprovedMigration, type CheckResult, type PlanCheck } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { describe, expect, it } from 'vitest';
import { configOf, createWorld, planned, t0 } from './testing/index.ts';
import { decideWayBack, type WayBackFacts } from './way-back.ts';

const migration = planned(101, 'n1', 'n2');
const guest = createWorld({ 101: 'n2' }).rows[0]!;
const facts: WayBackFacts = { now: t0, config: configOf(), pause: null, guest };
const failed = (...names: PlanCheck['check'][]): CheckResult[] =>
  names.map((name) => ({ name, of: 'rollback', sentence: `${name}!`, expected: 'e', actual: 'a', passed: false }));
const off = (input: Parameters<typeof configOf>[0]) => ({ config: configOf(input) });
const live = { automated_migrations: { dry_run: false } };

describe('a guest that has arrived', () => {
  it.each([true, null])('stays where no condition holds: %s', (passed) => {
    const checks = failed('guest_responsive').map((check) => ({ ...check, passed }));
    expect(decideWayBack({ migration }, checks, facts)).toEqual({});
    expect(decideWayBack({ migration }, [{ ...checks[0]!, of: 'success', passed: false }], facts)).toEqual({});
  });

  it.each([['guest_responsive'], ['target_cpu_below'], ['target_memory_below']] as const)('goes back by %s', (name) => {
    const { rollback, back } = decideWayBack({ migration }, failed(name), facts);
    expect(rollback).toEqual({ wanted: true, reason: `${name}! (a)`, migration_id: 'm-101-n2-back' });
    expect(back).toMatchObject({ parent_id: 'm-101-n2', source_node: 'n2', target_node: 'n1', approved_at: iso(t0) });
    expect(ApprovedMigration.parse(back)).toEqual(back);
  });

  type Row = [string, PlanCheck['check'][], Partial<WayBackFacts>, Partial<ApprovedMigration>, string];
  it.each<Row>([
    ['whose task failed', ['task_ok', 'completed_within'], {}, {}, 'it has arrived on n2'],
    [
      'where it is switched off',
      ['guest_responsive'],
      off({ ...live, mode: 'auto', migration_checks: { automatic_rollback: false } }),
      {},
      'automatic_rollback is off',
    ],
    ['that has been brought back', ['guest_responsive'], {}, { parent_id: 'x' }, 'it is itself a way back'],
    ['that had to leave', ['guest_responsive'], {}, { mandatory: 'drain' }, 'it had to leave n1 (drain)'],
    ['whose target is off', ['target_online', 'guest_responsive'], {}, {}, 'n2 cannot send it'],
    [
      'that somebody moved on',
      ['guest_responsive'],
      { guest: { ...guest, node: 'n3' } },
      {},
      'it is not on n2 any more',
    ],
    ['that is gone', ['guest_responsive'], { guest: undefined }, {}, 'it is not on n2 any more'],
    ['that has stopped', ['guest_responsive'], { guest: { ...guest, status: 'stopped' } }, {}, 'it is stopped'],
    ['that is locked', ['guest_responsive'], { guest: { ...guest, lock: 'backup' } }, {}, 'it is locked (backup)'],
    ['in a pause', ['guest_responsive'], { pause: 'paused by anna' }, {}, 'paused by anna'],
    ['under observe', ['guest_responsive'], off({ ...live, mode: 'observe' }), {}, 'mode is observe'],
    [
      'in a dry run',
      ['guest_responsive'],
      off({ mode: 'auto', automated_migrations: { dry_run: true } }),
      {},
      'dry_run is on',
    ],
  ])('stays: one %s', (_, names, more, order, why) => {
    const { rollback, back } = decideWayBack({ migration: { ...migration, ...order } }, failed(...names), {
      ...facts,
      ...more,
    });
    expect(rollback).toEqual({
      wanted: false,
      reason: expect.stringMatching(`; stays: ${why.replaceAll(/[()]/g, '\\$&')}$`),
    });
    expect(back).toBe(undefined);
  });

  it('stays where going back would restart it', () => {
    const restarted = planned(101, 'n1', 'n2', {}, 'restart_migration');
    expect(decideWayBack({ migration: restarted }, failed('guest_responsive'), facts).rollback).toMatchObject({
      wanted: false,
    });
  });
});

describe('the way back', () => {
  const { back } = decideWayBack(
    { migration: { ...migration, sampled_at: iso(t0) } },
    failed('guest_responsive'),
    facts,
  );

  it('promises what the way there had cost, and rests on nothing old', () => {
    expect(back!.expected.improvement).toEqual({ expected: -20, low: -30, high: -10 });
    expect(back!.sampled_at).toBe(undefined);
  });

  it('has the same steps, is never called back, and does not ask the source to improve', () => {
    const { migration_plan: plan } = back!;
    expect(plan).toMatchObject({
      source_node_id: 'n2',
      target_node_id: 'n1',
      rollback_checks: [],
      rollback_conditions: [],
    });
    expect(plan.execution_steps.map(({ timeout_seconds }) => timeout_seconds)).toEqual([30, 300, 600, 30, 60]);
    expect(plan.success_checks.map(({ check }) => check)).toEqual([
      'guest_responsive',
      'completed_within',
      'guest_on_target',
    ]);
    expect(plan.success_criteria).toEqual(plan.success_checks.map(({ sentence }) => sentence));
  });
});
