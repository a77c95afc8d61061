import type { Config } from '@evenkeel/contracts';
import { gib } from '@evenkeel/model';
import type { MigrationLog } from '@evenkeel/proxmox';

/**
 * Why a transfer that still runs is not going to end well, or null: the guest overwrites what was sent, and whenever that gets
 * nowhere for long, Proxmox lets it pause the guest for twice as long.
 */
export function stalls({ permitted_downtime_seconds: pause, progress }: MigrationLog, config: Config): string | null {
  const { max_pause_seconds, max_sent_factor } = config.migration_checks;
  const sent = progress ? `${gib(progress.transferred_bytes)} of ${gib(progress.total_bytes)} sent` : '';
  if (pause !== undefined && pause > max_pause_seconds)
    return `it does not converge: it would pause the guest for up to ${pause} s, ${max_pause_seconds} s at most${sent && `; ${sent}`}`;
  const factor = progress ? progress.transferred_bytes / progress.total_bytes : 0;
  return factor > max_sent_factor ? `it does not converge: ${sent}, ${max_sent_factor} times at most` : null;
}
