import type { ApprovedMigration, CheckResult, Config, PlanCheck, WayBack } from '@evenkeel/contracts';
import { iso, minutes } from '@evenkeel/model';
import type { GuestRow } from '@evenkeel/proxmox';
import { stopped } from './begin.ts';
import type { Validating } from './execution.ts';
import { mapBack, planBack } from './plan-back.ts';

export type WayBackFacts = {
  now: number;
  config: Config;
  pause: string | null;
  guest: GuestRow | undefined;
};
export type DecidedWayBack = { rollback?: WayBack; back?: ApprovedMigration };

type Reasons = {
  migration: ApprovedMigration;
  back_map: Record<string, string> | null;
  facts: WayBackFacts;
  failed: readonly PlanCheck['check'][];
};
type Objection = (reasons: Reasons) => string | null;

/** What going back cannot mend: the guest has arrived, and another transfer over the same path would not make it more so. */
const spent: readonly PlanCheck['check'][] = ['task_ok', 'completed_within'];

const objections: Objection[] = [
  ({ facts }) => (facts.config.migration_checks.automatic_rollback ? null : 'automatic_rollback is off'),
  ({ migration }) => (migration.parent_id === undefined ? null : 'it is itself a way back'),
  ({ migration }) => (migration.mandatory ? `it had to leave ${migration.source_node} (${migration.mandatory})` : null),
  ({ migration }) =>
    migration.migration_plan.migration_type === 'live_migration' ? null : 'it would not go back without a restart',
  ({ failed, migration }) =>
    failed.every((name) => spent.includes(name)) ? `it has arrived on ${migration.target_node}` : null,
  ({ failed, migration }) => (failed.includes('target_online') ? `${migration.target_node} cannot send it` : null),
  ({ facts, migration }) =>
    facts.guest?.node === migration.target_node ? null : `it is not on ${migration.target_node} any more`,
  ({ facts }) => (facts.guest?.status === 'running' ? null : `it is ${facts.guest?.status}`),
  ({ facts }) => (facts.guest?.lock ? `it is locked (${facts.guest.lock})` : null),
  ({ back_map }) => (back_map ? null : 'its disks cannot be told apart from others on the storages that took them'),
  ({ facts, migration }) => facts.pause ?? stopped(facts.config, migration),
];

/** Whether a guest that has arrived is to go back, where a condition of its plan says so; the way back is checked once more before it starts. */
export function decideWayBack(
  { migration, before }: Pick<Validating, 'migration' | 'before'>,
  checks: readonly CheckResult[],
  facts: WayBackFacts,
): DecidedWayBack {
  const failed = checks.filter(({ of, passed }) => of === 'rollback' && passed === false);
  if (failed.length === 0) return {};
  const because = failed.map(({ sentence, actual }) => `${sentence} (${actual})`).join('; ');
  const back_map = mapBack(migration.migration_plan, before?.mixed_storages);
  const names = failed.map(({ name }) => name);
  const against = objections
    .map((object) => object({ migration, back_map, facts, failed: names }))
    .find((no) => no !== null);
  if (against) return { rollback: { wanted: false, reason: `${because}; stays: ${against}` } };
  const back = wayBackOf(migration, back_map, facts);
  return { rollback: { wanted: true, reason: because, migration_id: back.migration_id }, back };
}

/** The migration that undoes another: the same two nodes the other way round, under the same approval, promising what was lost. */
function wayBackOf(
  migration: ApprovedMigration,
  back_map: Reasons['back_map'],
  { now, config }: WayBackFacts,
): ApprovedMigration {
  const { source_node, target_node, expected } = migration;
  const { improvement, effect } = expected;
  const { sampled_at: _, companions: __, ...same } = migration;
  return {
    ...same,
    migration_id: `${migration.migration_id}-back`,
    decision_id: `${migration.decision_id}-back`,
    parent_id: migration.migration_id,
    source_node: target_node,
    target_node: source_node,
    approved_at: iso(now),
    expires_at: iso(now + minutes(config.automated_migrations.rules.approval_expiry_minutes)),
    expected: {
      ...expected,
      improvement: {
        ...{ expected: -improvement.expected, low: -improvement.high, high: -improvement.low },
        ...(improvement.sd === undefined ? {} : { sd: improvement.sd }),
        ...(improvement.width === undefined ? {} : { width: improvement.width }),
      },
      effect: {
        source_before: effect.target_after,
        source_after: effect.target_before,
        target_before: effect.source_after,
        target_after: effect.source_before,
      },
    },
    migration_plan: planBack(migration, back_map),
  };
}
