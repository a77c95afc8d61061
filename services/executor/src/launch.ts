import type { Config } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import type { TaskRow } from '@evenkeel/proxmox';
import { expiry, stopped } from './begin.ts';
import { refuse } from './end.ts';
import type { Claimed } from './execution.ts';
import { type Look, preflight } from './preflight.ts';
import { put, type Step, wait } from './steps.ts';
import { migrationsOf } from './trace.ts';

export type LaunchFacts = {
  now: number;
  config: Config;
  /** By whom and why the cluster is paused, where it is. */
  pause: string | null;
  look:
    | { seen: true; look: Look; tasks: TaskRow[] }
    /** It could not be read now. */
    | { seen: false; reason: string }
    /** Proxmox said no. */
    | { seen: 'no'; code: string; reason: string };
};

/** A migration that holds all it needs is held against a fresh look; what passes is sent. */
export function launch(execution: Claimed, { now, config, pause, look }: LaunchFacts): Step {
  const { migration } = execution;
  const paused = pause ?? stopped(config, migration);
  if (paused) return put(refuse(execution, now, 'paused', paused));
  const expired = expiry(execution, now);
  if (expired)
    return put(refuse(execution, now, 'expired', look.seen === false ? `${look.reason}; ${expired}` : expired));
  if (look.seen === false) return wait(look.reason);
  if (look.seen === 'no') return put(refuse(execution, now, look.code, look.reason));
  const verdict = preflight(migration, look.look, config);
  if (!verdict.go) return put(refuse(execution, now, verdict.code, verdict.reason));
  const known_tasks = migrationsOf(migration.vmid, look.tasks).map(({ upid }) => upid);
  return { do: 'post', next: { state: 'starting', migration, t0: iso(now), known_tasks }, options: verdict.options };
}
