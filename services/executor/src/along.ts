import type { ApprovedMigration, Config } from '@evenkeel/contracts';
import type { GuestRow } from '@evenkeel/proxmox';
import { expiry, stopped } from './begin.ts';
import type { Held } from './claims.ts';
import { type Approved, type Claimed, type Execution, startIn } from './execution.ts';
import { guestClaim } from './keys.ts';
import type { LaunchFacts } from './launch.ts';
import { hasRoomFor, preflight } from './preflight.ts';
import { put, type Step, wait } from './steps.ts';

/**
 * A guest that HA takes along with another, as a rule of HA binds them: its own approval, where it has one, the migration that it
 * is judged as, and what that rests on.
 */
export type Along = {
  guest: string;
  row: GuestRow | undefined;
  own?: { execution: Approved; revision: number } | undefined;
  of?: ApprovedMigration;
  look?: LaunchFacts['look'];
};

type No = { go: false; code: string; reason: string };
type Facts = Pick<LaunchFacts, 'now' | 'config' | 'held'>;

const no = (code: string, reason: string): No => ({ go: false, code, reason });

/** Why those that HA would take along may not go, each by itself or all together, or null: then nobody goes. */
export function objectionAlong({ migration }: Claimed, seen: LaunchFacts['look'], along: Along[], facts: Facts) {
  for (const one of along) {
    const found = objectionTo(one, migration, facts);
    if (found) return found;
  }
  if (along.length === 0 || seen.seen !== true) return null;
  const all = [migration.guest, ...along.map(({ guest }) => guest)];
  const full = hasRoomFor(all, migration, seen.look, facts.config);
  return full && no(full.code, `${all.join(' with ')}: ${full.reason}`);
}

function objectionTo({ guest, row, own, of, look }: Along, migration: ApprovedMigration, facts: Facts): No | null {
  const takes = `HA would take ${guest} along`;
  if (!row) return no('unwanted', `${takes}, which is not among the guests`);
  if (row.node !== migration.source_node) return no('unwanted', `${takes} from ${row.node}`);
  if (!of || !look) {
    const mayCome = migration.companions?.some((companion) => companion === guest);
    return no(mayCome ? 'busy' : 'unwanted', `${takes}, which is not approved to go to ${migration.target_node}`);
  }
  const late = own && withdrawn(own.execution, facts);
  if (late) return no('unwanted', `${takes}: ${late}`);
  const holder = holderOf(of, migration, facts.held);
  if (holder) return no('busy', `${takes}, which is in migration ${holder}`);
  const verdict = look.seen === true ? preflight(of, look.look, facts.config) : { ...look, go: false as const };
  return verdict.go ? null : no('code' in verdict ? verdict.code : 'unread', `${takes}: ${verdict.reason}`);
}

/** Why its own approval does not hold now, or null. */
const withdrawn = (own: Approved, { config, now }: { config: Config; now: number }): string | null =>
  own.paused ?? stopped(config, own.migration) ?? expiry(own, now)?.reason ?? null;

function holderOf(of: ApprovedMigration, { migration_id }: ApprovedMigration, held: readonly Held[]) {
  const holder = held.find(({ key }) => key === guestClaim(of))?.holder;
  return holder === of.migration_id || holder === migration_id ? undefined : holder;
}

/** Who is with another is neither refused nor begun by itself: what becomes of the other's request decides. */
export function goAlong(execution: Approved, along: NonNullable<Approved['along']>, leader: Execution | null): Step {
  const { migration, along: _, ...alone } = execution;
  const { with: along_with, known_tasks, before } = along;
  if (leader && isOpen(leader)) return wait(`HA takes it along with ${leader.migration.guest}`);
  const start = leader && startIn(leader);
  if (!start?.taken_along?.includes(migration.guest)) return put({ ...alone, migration });
  const { started_at } = start;
  const going = { upid: '', adopted: true, along_with, known_tasks, ...(before && { before }) };
  return put({ state: 'running', migration, started_at, ...going });
}

/** Whether its request may still be sent, or have been. */
const isOpen = (leader: Execution): boolean =>
  leader.state === 'ended'
    ? leader.start === undefined && leader.ending.hold
    : leader.state !== 'running' && leader.state !== 'validating';

/** The migration that an execution goes along with, or undefined. */
export const leaderOf = (execution: Execution): string | undefined =>
  execution.state === 'approved' ? execution.along?.with : startIn(execution)?.along_with;
