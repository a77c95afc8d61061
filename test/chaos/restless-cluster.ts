import type { ConfigInput } from '@evenkeel/contracts';
import { recommended } from '@evenkeel/contracts';
import type { DescriptionInput } from '@evenkeel/simulator';
import { skewedCluster } from '../e2e/stage/cluster.ts';

/** Nodes go into maintenance, two at a time, and come back, so that guests are always on the move. */
export const restlessCluster: DescriptionInput = {
  ...skewedCluster,
  populate: { ...skewedCluster.populate!, cpu: 0.3, memory: 0.3, containers: 0 },
  faults: Array.from({ length: 80 }, (_, n) => ({
    kind: 'maintenance' as const,
    node: `pve${(n % 4) + 1}`,
    after_s: 300 * n + 60,
    for_s: 540,
  })),
};

export const max_concurrent = 3;

/** Acts as often as it may, and judges soon. */
export const eager = (max_concurrent_migrations = max_concurrent): ConfigInput => ({
  penalty_config: { ...recommended.penalty_config, newcomer_markup: 0 },
  intelligent_migrations: { ...recommended.intelligent_migrations, observation_periods: 2 },
  collection: { sample_interval_seconds: 60, backfill: false },
  automated_migrations: {
    dry_run: false,
    check_interval_minutes: 1,
    rules: {
      max_migrations_per_run: 20,
      max_concurrent_migrations,
      cooldown_minutes: 0,
      rollback_window_hours: 0,
      grace_period_seconds: 0,
      approval_expiry_minutes: 10,
    },
    safety_checks: { abort_on_failure: false },
  },
});
