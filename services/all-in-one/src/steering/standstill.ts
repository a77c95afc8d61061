import { inForce } from '@evenkeel/contracts';
import { printable, safe } from '../demo/tell.ts';
import type { ClusterStatus } from './read-status.ts';

/** Why nothing leaves a drained node, whatever else holds, and what would change that; null where it may. `kill_switch` is as seen from here. */
export function standstill(status: ClusterStatus, kill_switch: string | null = null): string | null {
  const { cluster, automation, config, sample } = status;
  const { pause } = automation;
  const killed = sample?.kill_switch ?? kill_switch;
  if (killed) return `${printable(killed)}: nothing moves until it is off`;
  if (pause) return `paused by ${safe(pause.by)} since ${pause.since}: nothing moves until evenkeel resume ${cluster}`;
  if (!config) return null;
  const { enabled, dry_run } = config.automated_migrations;
  if (!enabled) return 'automated_migrations.enabled is off: nothing moves until it is on';
  if (dry_run) return 'automated_migrations.dry_run is on: nothing moves until it is off';
  const { mode } = inForce(config, automation);
  if (mode === 'approve' || mode === 'auto') return null;
  return `mode is ${mode}: nothing moves until evenkeel mode ${cluster} approve, or auto`;
}
