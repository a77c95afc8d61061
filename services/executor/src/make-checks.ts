import type { ApprovedMigration, CheckResult, PlanCheck } from '@evenkeel/contracts';
import { type GuestRow, isTaskOk, type NodeRow } from '@evenkeel/proxmox';
import type { Before } from './execution.ts';
import { mayBeMigrating } from './lock.ts';
import { compareSigns, type Signs } from './signs.ts';

export type CheckFacts = {
  migration: ApprovedMigration;
  before?: Before | undefined;
  arrived: boolean;
  /** Seconds that the move took, or has taken so far. */
  seconds: number;
  /** How its task ended; null where that could not be read. */
  exit: string | null;
  guest: GuestRow | undefined;
  /** Null where they could not be read. */
  nodes: NodeRow[] | null;
  /** Null where nobody was asked. */
  signs: Signs | null;
};

type Made = Pick<CheckResult, 'expected' | 'actual' | 'passed'>;
type Make = (facts: CheckFacts, limit: number) => Made;

const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;
const unread = (expected: string): Made => ({ expected, actual: 'could not be read', passed: null });
const rowOf = ({ nodes }: CheckFacts, node: string) => nodes?.find((row) => row.node === node);

const below =
  (used: (row: NodeRow) => number | undefined): Make =>
  (facts, limit) => {
    const expected = `${percent(limit)} at most`;
    const row = rowOf(facts, facts.migration.target_node);
    const found = row && used(row);
    return found === undefined ? unread(expected) : { expected, actual: percent(found), passed: found <= limit };
  };

const makers: Record<PlanCheck['check'], Make> = {
  guest_responsive: ({ migration, before, signs, guest }) => {
    const asked = signs ?? { status: guest?.status ?? 'unknown', agent: 'none', probe: 'none' };
    return compareSigns(signs ? before?.signs : undefined, asked, migration.migration_plan.migration_type);
  },
  completed_within: ({ seconds, arrived }, limit) => ({
    expected: `${limit} s at most`,
    actual: `${Math.round(seconds)} s${arrived ? '' : ', not completed'}`,
    passed: arrived && seconds <= limit,
  }),
  source_cpu_improved: (facts, limit) => {
    const expected = `at least ${percent(limit)} less`;
    const was = facts.before?.source_cpu;
    const is = rowOf(facts, facts.migration.source_node)?.cpu;
    if (was === undefined || is === undefined) return unread(expected);
    const less = was > 0 ? (was - is) / was : 0;
    return {
      expected,
      actual: `${percent(was)} before, ${percent(is)} after: ${percent(less)} less`,
      passed: less >= limit,
    };
  },
  guest_on_target: ({ migration, guest, nodes }) => {
    const expected = `on ${migration.target_node}, no longer locked to move`;
    if (!guest) return nodes ? { expected, actual: 'not there any more', passed: false } : unread(expected);
    const actual = `on ${guest.node}${guest.lock ? `, locked (${guest.lock})` : ''}`;
    return { expected, actual, passed: guest.node === migration.target_node && !mayBeMigrating(guest) };
  },
  task_ok: ({ exit }) => (exit === null ? unread('OK') : { expected: 'OK', actual: exit, passed: isTaskOk(exit) }),
  target_cpu_below: below(({ cpu }) => cpu),
  target_memory_below: below(({ mem, maxmem }) => (mem !== undefined && maxmem ? mem / maxmem : undefined)),
  target_online: (facts) => {
    if (!facts.nodes) return unread('online');
    const status = rowOf(facts, facts.migration.target_node)?.status ?? 'not in the cluster';
    return { expected: 'online', actual: status, passed: status === 'unknown' ? null : status === 'online' };
  },
};

/** Makes every check of the plan: what each expected, what there was, and whether that is enough. */
export function makeChecks(facts: CheckFacts): CheckResult[] {
  const { success_checks, rollback_checks } = facts.migration.migration_plan;
  const make = (of: CheckResult['of']) => (check: PlanCheck) => ({
    name: check.check,
    of,
    sentence: check.sentence,
    ...makers[check.check](facts, check.limit ?? 1),
  });
  return [...success_checks.map(make('success')), ...rollback_checks.map(make('rollback'))];
}

const figures: readonly PlanCheck['check'][] = ['source_cpu_improved', 'target_cpu_below', 'target_memory_below'];

/** Whether the plan asks for figures that nodes only show some time after the guest has arrived. */
export const asksForFigures = ({ migration_plan: plan }: ApprovedMigration): boolean =>
  [...plan.success_checks, ...plan.rollback_checks].some(({ check }) => figures.includes(check));
