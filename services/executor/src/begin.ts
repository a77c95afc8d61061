import type { ApprovedMigration, Config } from '@evenkeel/contracts';
import { iso, millis, oldestSample } from '@evenkeel/model';
import { type Held, planClaims } from './claims.ts';
import { refuse } from './end.ts';
import type { Approved, Execution } from './execution.ts';
import { put, type Step, wait } from './steps.ts';

/** Why an approval no longer holds at this time of the cluster, or null. */
export function expiry({ migration }: Execution, now: number): string | null {
  const waited = now - millis(migration.approved_at);
  const age = now - millis(migration.sampled_at ?? migration.approved_at);
  if (now > millis(migration.expires_at))
    return `approved at ${migration.approved_at}, expired at ${migration.expires_at}, ${Math.round(waited / 1000)} s later it had not started`;
  if (age > oldestSample)
    return `decided on a sample ${Math.round(age / 60_000)} min old, ${oldestSample / 60_000} min at most`;
  return null;
}

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
  const expired = expiry(execution, now);
  if (expired && !claims.may) return put(refuse(execution, now, 'busy', `${claims.reason}; ${expired}`));
  if (expired) return put(refuse(execution, now, 'expired', expired));
  if (!claims.may) return wait(claims.reason);
  return { do: 'claim', keys: claims.keys, next: { state: 'claimed', migration, claimed_at: iso(now) } };
}
