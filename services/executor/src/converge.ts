import type { Config } from '@evenkeel/contracts';
import type { MigrationLog } from '@evenkeel/proxmox';

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** Why a transfer that still runs is not going to end well, or null: Proxmox lets it pause the guest for twice as long whenever it gets nowhere. */
export function stalls(log: MigrationLog, config: Config): string | null {
  const limit = config.migration_checks.max_pause_seconds;
  const permitted = log.permitted_downtime_seconds;
  if (permitted === undefined || permitted <= limit) return null;
  const sent = log.progress ? `; ${gib(log.progress.transferred_bytes)} of ${gib(log.progress.total_bytes)} sent` : '';
  return `it does not converge: it would pause the guest for up to ${permitted} s, ${limit} s at most${sent}`;
}
