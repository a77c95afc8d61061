import type { Automation, Config } from '@evenkeel/contracts';
import { isAhead } from './is-ahead.ts';
import { hours, iso, millis } from './time.ts';

const stopAfterFailure = hours(1);

/** A migration that failed, `at` when. */
export type FailedMove = {
  migration_id: string;
  guest: string;
  source_node: string;
  target_node: string;
  at: string;
  reason?: string | undefined;
};

type Circumstances = { cluster: string; now: number; config: Config; automation: Pick<Automation, 'failure'> };

/** Why nothing more may move after a migration failed, where `abort_on_failure` says so: for an hour, or until somebody resumes. */
export function failureStop(
  failed: FailedMove | null | undefined,
  { cluster, now, config, automation }: Circumstances,
): string | undefined {
  if (!failed || !config.automated_migrations.safety_checks.abort_on_failure) return undefined;
  const { migration_id, guest, source_node, target_node, at, reason = 'no reason given' } = failed;
  const { failure } = automation;
  const isLater = failure && millis(failure.at) > millis(at) && !isAhead(failure.at, now);
  if (failure?.resumed && (failure.migration_id === migration_id || isLater)) return undefined;
  const until = millis(at) + stopAfterFailure;
  if (now >= until) return undefined;
  return (
    `stopped until ${iso(until)} because ${guest} ${source_node}->${target_node} failed at ${at} (${reason}); ` +
    `to go on at once: evenkeel resume ${cluster}`
  );
}
