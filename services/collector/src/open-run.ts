import type { RunRef } from '@evenkeel/contracts';
import { iso, millis, minutes } from '@evenkeel/model';

/** Half a sample early is nearer to the interval than half a sample late. */
const slack = 0.5;

/**
 * The run that a sample opens: the first sample of all, then one every `check_interval_minutes`, and at once where `hasten` says
 * that somebody waits for it; null for those between.
 */
export function openRun(
  last: RunRef | undefined,
  at: { cluster: string; now: number },
  config: {
    automated_migrations: { enabled: boolean; check_interval_minutes: number };
    collection: { sample_interval_seconds: number };
  },
  hasten = false,
): RunRef | null {
  if (!config.automated_migrations.enabled) return null;
  const interval = minutes(config.automated_migrations.check_interval_minutes);
  const passed = last ? at.now - millis(last.opened_at) : Number.POSITIVE_INFINITY;
  const isDue = passed >= interval - slack * config.collection.sample_interval_seconds * 1000;
  const isTurnedBack = passed < -interval;
  if (!isDue && !isTurnedBack && !(hasten && passed >= 1000)) return null;
  const opened_at = iso(at.now);
  return { run_id: `${at.cluster}-${opened_at.replace(/[-:]|\.\d+/g, '')}`, opened_at };
}
