import { iso, millis, minutes } from '@evenkeel/model';
import type { Candidate, FilterContext } from './filter.ts';

/** How long a job may take until its task is seen, and how long before it a migration must be over. */
const slack = minutes(5);

/** Why a guest had better wait for its backup: a job passes over a guest that it no longer finds, and one that is being moved. */
export function scheduledBackup(
  { recommendation, guest }: Candidate,
  { now, config }: FilterContext,
): string | undefined {
  const { rules, safety_checks } = config.automated_migrations;
  if (!safety_checks.respect_backups || !guest?.backup) return undefined;
  const { at, running } = guest.backup;
  if (running) return `a backup job that covers it runs on ${guest.node}`;
  const begins = millis(at);
  const lasts = minutes(rules.approval_expiry_minutes) + 1000 * recommendation.cost.duration_seconds.high;
  if (now > begins + slack || now + lasts + slack < begins) return undefined;
  return `its scheduled backup begins at ${at}, and a move approved now could last until ${iso(now + lasts)}, less than 5 min before it or into it`;
}
