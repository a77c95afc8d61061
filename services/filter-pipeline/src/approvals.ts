import type { Approval, ApprovedMigration, approvals, Config, Recommendation, ValueOf } from '@evenkeel/contracts';
import { byText, hours, iso, millis, minutes } from '@evenkeel/model';
import type { FilterContext } from './filter.ts';
import { shiftOf } from './loads.ts';

export type Approvals = ValueOf<typeof approvals>;

const keepEnded = hours(24);
const mostEnded = 300;

/** What is known of a migration, with one more thing; in any order and however often, the answer is the same. */
export function rememberApproval(
  known: Approvals | undefined,
  migration: ApprovedMigration,
  more: Pick<Approval, 'started_at' | 'ended'>,
  now: number,
): Approvals {
  const before = known?.entries[migration.migration_id];
  const entry: Approval = { ...(before ?? approvalOf(migration)), ...more };
  if (before?.ended) entry.ended = before.ended;
  return prune({ entries: { ...known?.entries, [migration.migration_id]: entry } }, now);
}

function approvalOf(
  migration: ApprovedMigration,
  memory: Pick<Recommendation['guest_load'], 'assigned_bytes' | 'mem_bytes'> | undefined = migration.expected
    .guest_memory,
): Approval {
  const { migration_id, decision_id, run_id, guest, source_node, target_node, approved_at, expires_at } = migration;
  const { relief, load } = shiftOf(source_node, target_node, migration.expected.effect);
  const entry = {
    migration_id,
    decision_id,
    run_id,
    guest,
    source_node,
    target_node,
    approved_at,
    expires_at,
    relief,
    load,
  };
  return memory ? { ...entry, assigned_bytes: memory.assigned_bytes, mem_bytes: memory.mem_bytes } : entry;
}

/** Whether a migration may be under way: approved or started, and neither ended, nor expired unused, nor stuck beyond hope. */
function isInFlight(approval: Approval, now: number, config: Config): boolean {
  if (approval.ended) return false;
  if (!approval.started_at) return now <= millis(approval.expires_at);
  return now <= millis(approval.started_at) + config.automated_migrations.migration_poll_timeout_seconds * 1000;
}

export const inFlight = (known: Approvals | undefined, now: number, config: Config): Approval[] =>
  inOrder(known).filter((approval) => isInFlight(approval, now, config));

/** Moves whose load the sample does not show yet: in flight, or completed after it was taken. */
export const unseenMoves = (known: Approvals | undefined, sampledAt: string, now: number, config: Config): Approval[] =>
  inOrder(known).filter(
    (a) => isInFlight(a, now, config) || (a.ended?.how === 'completed' && millis(a.ended.at) > millis(sampledAt)),
  );

export const lastFailure = (known: Approvals | undefined): Approval | undefined =>
  inOrder(known)
    .filter(({ ended }) => ended?.how === 'failed')
    .sort((a, b) => byText(a.ended!.at, b.ended!.at))
    .at(-1);

/** When a migration last came to its end, epoch milliseconds; refusals do not count, for nothing ran. */
export const lastEnd = (known: Approvals | undefined): number =>
  Math.max(0, ...inOrder(known).flatMap(({ ended }) => (ended && ended.how !== 'refused' ? [millis(ended.at)] : [])));

const inOrder = (known: Approvals | undefined): Approval[] =>
  Object.values(known?.entries ?? {}).sort((a, b) => byText(a.migration_id, b.migration_id));

/** Forgets what ended more than a day ago, and what expired unused as long ago. */
function prune(known: Approvals, now: number): Approvals {
  const endOf = (a: Approval) => millis(a.ended?.at ?? a.started_at ?? a.expires_at);
  const kept = inOrder(known)
    .filter((a) => now - endOf(a) < keepEnded)
    .sort((a, b) => endOf(b) - endOf(a) || byText(a.migration_id, b.migration_id))
    .slice(0, mostEnded)
    .sort((a, b) => byText(a.migration_id, b.migration_id));
  return { entries: Object.fromEntries(kept.map((a) => [a.migration_id, a])) };
}

/** Why a second half has to wait for the first, or may not go any more; undefined where it may. */
export function waitsForFirst({ exchange, run_id }: Recommendation, known: Approvals | undefined): string | undefined {
  if (!exchange || exchange.step < 2) return undefined;
  const { guest, target_node } = exchange.with;
  const first = inOrder(known).find((a) => a.run_id === run_id && a.guest === guest && a.target_node === target_node);
  if (first?.ended?.how === 'completed') return undefined;
  if (first?.ended) return `the first half of its exchange, ${guest}, ${first.ended.how}`;
  return `waits for ${guest}, which makes room for it`;
}

/** Approvals that nobody used: expired, neither started nor ended. */
export const expiredUnused = (known: Approvals | undefined, now: number): Approval[] =>
  inOrder(known).filter((a) => !a.ended && !a.started_at && now > millis(a.expires_at));

/** What is known with the approvals of this moment. */
export function addApproved(
  known: Approvals | undefined,
  approved: readonly ApprovedMigration[],
  recommendations: readonly Recommendation[],
  now: number,
): Approvals {
  const loads = new Map(recommendations.map(({ guest, guest_load }) => [guest, guest_load]));
  const fresh = approved.map((m) => [m.migration_id, approvalOf(m, loads.get(m.guest))] as const);
  return prune({ entries: { ...Object.fromEntries(fresh), ...known?.entries } }, now);
}

/** The order to the executor. */
export function approve(
  recommendation: Recommendation,
  identity: string,
  decision_id: string,
  { now, config, run }: Pick<FilterContext, 'now' | 'config' | 'run'>,
  approved_by?: string,
): ApprovedMigration {
  const r = recommendation;
  return {
    migration_id: decision_id,
    cluster: r.cluster,
    run_id: r.run_id,
    decision_id,
    guest: r.guest,
    vmid: r.vmid,
    name: r.name,
    type: r.type,
    identity,
    source_node: r.source_node,
    target_node: r.target_node,
    approved_at: iso(now),
    expires_at: iso(now + minutes(config.automated_migrations.rules.approval_expiry_minutes)),
    sample_sequence: run.sample_sequence,
    sampled_at: run.sample.at,
    config_revision: run.config_revision,
    ...(approved_by !== undefined && { approved_by }),
    ...(r.mandatory && { mandatory: r.mandatory }),
    ...(r.empties && { empties: r.empties }),
    ...(r.purpose && { purpose: r.purpose }),
    ...(r.companions.length > 0 && { companions: r.companions }),
    ...(r.exchange && { exchange: true }),
    confidence_score: r.confidence_score,
    expected: {
      improvement: r.improvement,
      duration_seconds: r.cost.duration_seconds,
      downtime_seconds: r.cost.downtime_seconds,
      effect: r.effect,
      ...(r.cpu_in_an_hour && { cpu_in_an_hour: r.cpu_in_an_hour }),
      guest_cpu_cores: r.guest_load.cpu_cores,
      guest_memory: { mem_bytes: r.guest_load.mem_bytes, assigned_bytes: r.guest_load.assigned_bytes },
      bytes: r.cost.bytes,
      behavior: r.behavior,
    },
    migration_plan: r.migration_plan,
  };
}
