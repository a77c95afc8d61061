import type { Config } from '@evenkeel/contracts';
import { iso, windowState } from '@evenkeel/model';
import { storagesOf, type TaskRow } from '@evenkeel/proxmox';
import { expiry, stopped } from './begin.ts';
import type { Held } from './claims.ts';
import { containerNeeds } from './container-needs.ts';
import { refuse } from './end.ts';
import type { Claimed } from './execution.ts';
import { slotsOf } from './keys.ts';
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
};

type Seen = LaunchFacts['look'];

/** A migration that holds all it needs is held against a fresh look; what passes is sent, and a lock is waited out while its approval holds. */
export function launch(execution: Claimed, { now, waited_ms, config, pause, held, look }: LaunchFacts): Step {
  const { migration } = execution;
  const paused = pause ?? stopped(config, migration) ?? closed(migration, config, now);
  if (paused) return put(refuse(execution, now, 'paused', paused));
  const over = expiry(execution, now);
  if (over) return put(refuse(execution, now, ...outOfTime(execution, over, look, config)));
  if (look.seen === false) return unlessItAnswers(execution, { now, waited_ms, reason: look.reason });
  const verdict = judge(migration, look, config);
  const validated = {
    ...execution,
    validated_at: execution.validated_at ?? iso(Math.min(now, look.validated_at ?? now)),
  };
  if (!verdict.go && verdict.code !== 'locked') return put(refuse(validated, now, verdict.code, verdict.reason));
  if (!verdict.go) return execution.validated_at ? wait(verdict.reason) : put(validated);
  if (look.seen === 'no') return wait(look.reason);
  const crowd = overLimit(migration, held, config);
  if (crowd) return wait(crowd);
  const { tasks, signs } = look;
  const known_tasks = migrationsOf(migration.vmid, tasks).map(({ upid }) => upid);
  const before = signs
    ? { before: { signs, ...sourceCpu(execution, look), ...localDisks(migration, look), ...mixedStorages(look) } }
    : {};
  const { max_concurrent_migrations } = config.automated_migrations.rules;
  const intent = { t0: iso(now), max_concurrent_migrations, known_tasks };
  const next = { ...validated, state: 'starting' as const, ...before, ...intent };
  return { do: 'post', next, options: verdict.options };
}

/** Why the schedule lets nothing start now, or null; a way back is no move of the balancer's choosing. */
function closed({ parent_id }: Claimed['migration'], config: Config, now: number): string | null {
  const { open, reason } = windowState(config.automated_migrations.schedule, now);
  return open || parent_id !== undefined ? null : reason;
}

const judge = (migration: Claimed['migration'], look: Exclude<Seen, { seen: false }>, config: Config): Preflight =>
  look.seen === 'no' ? { ...look, go: false } : preflight(migration, look.look, config);

/** A limit that was lowered since its slot was taken holds: what runs beyond it goes first. */
function overLimit({ cluster }: Claimed['migration'], held: Held[], config: Config): string | null {
  const limit = config.automated_migrations.rules.max_concurrent_migrations;
  const taken = held.filter(({ key }) => key.startsWith(slotsOf(cluster))).length;
  return taken > limit ? `${taken} of ${limit} slots are taken` : null;
}

/** What it waited for until its approval expired: a lock is named as what it was refused for. */
function outOfTime(
  { migration }: Claimed,
  over: { code: string; reason: string },
  look: Seen,
  config: Config,
): [code: string, reason: string] {
  if (look.seen === false) return [over.code, `${look.reason}; ${over.reason}`];
  const verdict = judge(migration, look, config);
  const isLocked = !verdict.go && verdict.code === 'locked' && over.code === 'expired';
  return isLocked ? ['locked', `${verdict.reason}; ${over.reason}`] : [over.code, over.reason];
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

function sourceCpu({ migration }: Claimed, look: LaunchFacts['look']): { source_cpu?: number } {
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
