import type { ApprovedMigration, Config } from '@evenkeel/contracts';
import { clockTolerance, iso, millis, oldestSample } from '@evenkeel/model';
import { type Held, planClaims } from './claims.ts';
import { refuse } from './end.ts';
import type { Approved, Execution } from './execution.ts';
import { put, type Step, wait } from './steps.ts';

/** Why an approval does not hold at this time of the cluster, or null; one from the future shows that its age cannot be told. */
export function expiry({ migration }: Execution, now: number): { code: string; reason: string } | null {
  const { approved_at, expires_at, sampled_at = approved_at } = migration;
  const ahead = Math.max(millis(approved_at), millis(sampled_at)) - now;
  if (ahead > clockTolerance) return { code: 'clocks_disagree', reason: fromTheFuture(migration, ahead) };
  const waited = Math.round((now - millis(approved_at)) / 1000);
  const age = now - millis(sampled_at);
  if (now > millis(expires_at))
    return expired(`approved at ${approved_at}, expired at ${expires_at}, ${waited} s later it had not started`);
  if (age > oldestSample)
    return expired(`decided on a sample ${Math.round(age / 60_000)} min old, ${oldestSample / 60_000} min at most`);
  return null;
}

const expired = (reason: string) => ({ code: 'expired', reason });

const fromTheFuture = ({ approved_at, sampled_at }: ApprovedMigration, ahead: number): string =>
  `approved at ${approved_at}${sampled_at ? ` on a sample of ${sampled_at}` : ''}, ${Math.round(ahead / 1000)} s in the future by this machine's clock: the clocks do not agree`;

/** Why the configuration does not let this migration move now, or null; in mode `approve` only what somebody approved does. */
export function stopped(config: Config, { approved_by }: Pick<ApprovedMigration, 'approved_by'>): string | null {
  const { enabled, dry_run } = config.automated_migrations;
  if (!enabled) return 'automated_migrations is off';
  if (dry_run) return 'dry_run is on';
  if (config.mode === 'approve') return approved_by === undefined ? 'mode is approve, and nobody approved it' : null;
  return config.mode === 'auto' ? null : `mode is ${config.mode}`;
}

/** `pause` says by whom and why the cluster is paused, where it is. */
export type BeginFacts = { now: number; config: Config; pause: string | null; held: Held[] };

/** An approved migration waits until all that it needs is free, and takes it. */
export function begin(execution: Approved, { now, config, pause, held }: BeginFacts): Step {
  const { migration } = execution;
  const paused = pause ?? execution.paused ?? stopped(config, migration);
  if (paused) return put(refuse(execution, now, 'paused', paused));
  const claims = planClaims(migration, held, config.automated_migrations.rules.max_concurrent_migrations);
  if (!claims.may && claims.because === 'duplicate') return put(refuse(execution, now, 'duplicate', claims.reason));
  const over = expiry(execution, now);
  if (over?.code === 'expired' && !claims.may)
    return put(refuse(execution, now, 'busy', `${claims.reason}; ${over.reason}`));
  if (over) return put(refuse(execution, now, over.code, over.reason));
  if (!claims.may) return wait(claims.reason, claims.key);
  return { do: 'claim', keys: claims.keys, next: { state: 'claimed', migration, claimed_at: iso(now) } };
}
