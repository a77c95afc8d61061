import type { Config } from '@evenkeel/contracts';
import { iso, windowState } from '@evenkeel/model';
import { storagesOf, type TaskRow } from '@evenkeel/proxmox';
import { type Along, objectionAlong } from './along.ts';
import { expiry, stopped } from './begin.ts';
import type { Held } from './claims.ts';
import { containerNeeds } from './container-needs.ts';
import { refuse } from './end.ts';
import type { Claimed } from './execution.ts';
import { guestClaim, slotsOf } from './keys.ts';
import { secondsOf } from './plan-steps.ts';
import { type Look, type Preflight, preflight } from './preflight.ts';
import type { Signs } from './signs.ts';
import { put, type Step, wait } from './steps.ts';
import { migrationsOf } from './trace.ts';

export type LaunchFacts = {
  now: number;
  /** Cluster milliseconds for which this process has seen it hold all it needs, whatever clocks say. */
  waited_ms: number;
  config: Config;
  /** By whom and why the cluster is paused, where it is. */
  pause: string | null;
  /** All that migrations of the cluster hold. */
  held: Held[];
  look: /** `validated_at`: when all but the guest itself had answered, by the cluster's clock. */
    | { seen: true; look: Look; tasks: TaskRow[]; signs?: Signs; validated_at?: number }
    /** It could not be read now. */
    | { seen: false; reason: string }
    /** Proxmox said no. */
    | { seen: 'no'; code: string; reason: string; validated_at?: number };
  /** The guests that HA would take along. */
  along?: Along[];
};

type Seen = LaunchFacts['look'];

/** A migration that holds all it needs is held against a fresh look; what passes is sent, and a lock is waited out while its approval holds. */
export function launch(execution: Claimed, facts: LaunchFacts): Step {
  const { now, waited_ms, config, pause, held, along = [] } = facts;
  const look = along.find((one) => one.look?.seen === false)?.look ?? facts.look;
  const { migration } = execution;
  const paused = pause ?? stopped(config, migration) ?? closed(migration, config, now);
  if (paused) return put(refuse(execution, now, 'paused', paused));
  const over = expiry(execution, now);
  if (over) return put(refuse(execution, now, ...outOfTime(execution, over, { ...facts, look })));
  if (look.seen === false) return unlessItAnswers(execution, { now, waited_ms, reason: look.reason });
  const verdict = judge(execution, look, facts);
  const validated = {
    ...execution,
    validated_at: execution.validated_at ?? iso(Math.min(now, look.validated_at ?? now)),
  };
  if (!verdict.go && !passing.includes(verdict.code)) return put(refuse(validated, now, verdict.code, verdict.reason));
  if (!verdict.go) return execution.validated_at ? wait(verdict.reason) : put(validated);
  if (look.seen === 'no') return wait(look.reason);
  const joining = join(validated, along);
  if (joining) return joining;
  const crowd = overLimit(migration, held, config);
  if (crowd) return wait(crowd);
  const { max_concurrent_migrations } = config.automated_migrations.rules;
  const intent = { t0: iso(now), max_concurrent_migrations };
  const next = { ...validated, state: 'starting' as const, ...standing(migration, look), ...intent };
  return { do: 'post', next, options: verdict.options };
}

/** What is waited out while the approval holds. */
const passing = ['locked', 'busy'];

/** How the guest and its nodes stand before the request. */
function standing(migration: Claimed['migration'], look: Extract<Seen, { seen: true }>) {
  const { tasks, signs } = look;
  const known_tasks = migrationsOf(migration.vmid, tasks).map(({ upid }) => upid);
  const figures = { ...sourceCpu(migration, look), ...localDisks(migration, look), ...mixedStorages(look) };
  return { known_tasks, ...(signs ? { before: { signs, ...figures } } : {}) };
}

/** What is to be bound to its request before that is sent, or null where all of it is. */
function join(execution: Claimed, along: readonly Along[]): Step | null {
  const { migration, taken_along = [] } = execution;
  const ids = along.flatMap(({ of }) => of?.guest ?? []);
  const free = along.flatMap(({ own, of, look }) =>
    own && of && look?.seen === true && own.execution.along?.with !== migration.migration_id
      ? [{ own, state: standing(of, look) }]
      : [],
  );
  if (free.length === 0 && ids.join() === taken_along.join()) return null;
  const followers = free.map(({ own: { execution, revision }, state }) => ({
    next: { ...execution, along: { with: migration.migration_id, ...state } },
    revision,
  }));
  const keys = along.flatMap(({ own, of }) => (own || !of ? [] : [guestClaim(of)]));
  return { do: 'join', followers, keys, next: { ...execution, taken_along: ids } };
}

/** Why the schedule lets nothing start now, or null; a way back is no move of the balancer's choosing. */
function closed({ parent_id }: Claimed['migration'], config: Config, now: number): string | null {
  const { open, reason } = windowState(config.automated_migrations.schedule, now);
  return open || parent_id !== undefined ? null : reason;
}

/** Who is waited for is named last: what stands against the guest itself is worth hearing first. */
function judge(execution: Claimed, look: Exclude<Seen, { seen: false }>, facts: LaunchFacts): Preflight {
  if (look.seen === 'no') return { ...look, go: false };
  const verdict = preflight(execution.migration, look.look, facts.config);
  return verdict.go ? (objectionAlong(execution, look, facts.along ?? [], facts) ?? verdict) : verdict;
}

/** A limit that was lowered since its slot was taken holds: what runs beyond it goes first. */
function overLimit({ cluster }: Claimed['migration'], held: Held[], config: Config): string | null {
  const limit = config.automated_migrations.rules.max_concurrent_migrations;
  const taken = held.filter(({ key }) => key.startsWith(slotsOf(cluster))).length;
  return taken > limit ? `${taken} of ${limit} slots are taken` : null;
}

/** What it waited for until its approval expired: a lock is named as what it was refused for. */
function outOfTime(
  execution: Claimed,
  over: { code: string; reason: string },
  facts: LaunchFacts,
): [code: string, reason: string] {
  const { look } = facts;
  if (look.seen === false) return [over.code, `${look.reason}; ${over.reason}`];
  const verdict = judge(execution, look, facts);
  const isWaiting = !verdict.go && passing.includes(verdict.code) && over.code === 'expired';
  return isWaiting ? [verdict.code, `${verdict.reason}; ${over.reason}`] : [over.code, over.reason];
}

/** Silence is waited out as long as the plan gives the validation; a guest that only waits for a lock has been validated. */
function unlessItAnswers(
  execution: Claimed,
  { now, waited_ms, reason }: { now: number; waited_ms: number; reason: string },
): Step {
  const limit = secondsOf(execution.migration.migration_plan, 'pre_migration_validation') ?? Number.POSITIVE_INFINITY;
  const waited = waited_ms / 1000;
  if (execution.validated_at || waited <= limit) return wait(reason);
  return put(refuse(execution, now, 'unread', `${reason}; for ${Math.round(waited)} s, ${limit} s at most`));
}

function sourceCpu(migration: Claimed['migration'], look: LaunchFacts['look']): { source_cpu?: number } {
  const cpu = look.seen === true ? look.look.nodes.find(({ node }) => node === migration.source_node)?.cpu : undefined;
  return cpu === undefined ? {} : { source_cpu: cpu };
}

/** Those of a container Proxmox does not tell. */
function localDisks({ type }: Claimed['migration'], look: LaunchFacts['look']): { local_disks?: number } {
  if (look.seen !== true) return {};
  const disks = containerNeeds(type, look.look)?.local_disks ?? look.look.preconditions?.local_disks.length;
  return disks === undefined ? {} : { local_disks: disks };
}

function mixedStorages(look: LaunchFacts['look']): { mixed_storages?: string[] } {
  if (look.seen !== true) return {};
  const { guest_config, storages } = look.look;
  const shared = storages.filter((row) => row.shared).map(({ storage }) => storage);
  return { mixed_storages: [...new Set([...storagesOf(guest_config), ...shared])].sort() };
}
