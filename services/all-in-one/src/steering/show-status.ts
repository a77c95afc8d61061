import { inForce } from '@evenkeel/contracts';
import { drainProgress } from './drain-progress.ts';
import type { ClusterStatus } from './read-status.ts';
import { troubles } from './troubles.ts';

/** A cluster for a program that judges it: what the text tells of it, as data. What is of the configuration is null where no service has started yet. */
export function showStatus(status: ClusterStatus) {
  const { sample, generated: _, config, ...rest } = status;
  const { automation } = rest;
  return {
    ...rest,
    mode: (config ? inForce(config, automation).mode : automation.mode?.mode) ?? null,
    configured_mode: config?.mode ?? null,
    dry_run: config?.automated_migrations.dry_run ?? null,
    enabled: config?.automated_migrations.enabled ?? null,
    /** What keeps it from being looked after, as the text says it. */
    troubles: troubles(status),
    kill_switch: sample?.kill_switch ?? null,
    /** By node; null where no sample has been seen. */
    drains: Object.fromEntries(Object.keys(automation.drained).map((node) => [node, drainProgress(status, node)])),
  };
}
