import type { Config } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import type { TaskRow } from '@evenkeel/proxmox';
import { expiry, stopped } from './begin.ts';
import { refuse } from './end.ts';
import type { Claimed } from './execution.ts';
import { secondsOf } from './plan-steps.ts';
import { type Look, preflight } from './preflight.ts';
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
  look:
    | { seen: true; look: Look; tasks: TaskRow[]; signs?: Signs }
    /** It could not be read now. */
    | { seen: false; reason: string }
    /** Proxmox said no. */
    | { seen: 'no'; code: string; reason: string };
};

/** A migration that holds all it needs is held against a fresh look; what passes is sent. */
export function launch(execution: Claimed, { now, waited_ms, config, pause, look }: LaunchFacts): Step {
  const { migration } = execution;
  const paused = pause ?? stopped(config, migration);
  if (paused) return put(refuse(execution, now, 'paused', paused));
  const over = expiry(execution, now);
  if (over) return put(refuse(execution, now, over.code, unread(look) + over.reason));
  const waited = waited_ms / 1000;
  if (look.seen === false) {
    const limit = secondsOf(migration.migration_plan, 'pre_migration_validation') ?? Number.POSITIVE_INFINITY;
    if (waited <= limit) return wait(look.reason);
    return put(refuse(execution, now, 'unread', `${look.reason}; for ${Math.round(waited)} s, ${limit} s at most`));
  }
  const verdict = look.seen === 'no' ? { go: false as const, ...look } : preflight(migration, look.look, config);
  if (!verdict.go) return unlessItPasses(execution, { now, waited, ...verdict });
  const { tasks, signs } = look as Extract<LaunchFacts['look'], { seen: true }>;
  const known_tasks = migrationsOf(migration.vmid, tasks).map(({ upid }) => upid);
  const before = signs ? { before: { signs, ...sourceCpu(execution, look), ...localDisks(look) } } : {};
  const next = { ...execution, state: 'starting' as const, ...before, t0: iso(now), known_tasks };
  return { do: 'post', next, options: verdict.options };
}

const unread = (look: LaunchFacts['look']): string => (look.seen === false ? `${look.reason}; ` : '');

/** A lock is waited out as long as the plan gives the preparation; anything else is a no at once. */
function unlessItPasses(
  execution: Claimed,
  { now, waited, code, reason }: { now: number; waited: number; code: string; reason: string },
): Step {
  const limit = secondsOf(execution.migration.migration_plan, 'migration_preparation');
  if (code !== 'locked' || limit === undefined) return put(refuse(execution, now, code, reason));
  if (waited < limit) return wait(reason);
  return put(refuse(execution, now, code, `${reason}; for ${Math.round(waited)} s, ${limit} s at most`));
}

function sourceCpu({ migration }: Claimed, look: LaunchFacts['look']): { source_cpu?: number } {
  const cpu = look.seen === true ? look.look.nodes.find(({ node }) => node === migration.source_node)?.cpu : undefined;
  return cpu === undefined ? {} : { source_cpu: cpu };
}

function localDisks(look: LaunchFacts['look']): { local_disks?: number } {
  const disks = look.seen === true ? look.look.preconditions?.local_disks : undefined;
  return disks === undefined ? {} : { local_disks: disks.length };
}
