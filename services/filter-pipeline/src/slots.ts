import type { ClusterSample, Config } from '@evenkeel/contracts';
import { type Approvals, inFlight, lastEnd } from './approvals.ts';
import { span } from './quote.ts';

/** How many migrations may be approved now, and why not more. */
export type Slots = { free: number; reason: string };

/** Slots that neither own migrations nor those of others take; none within the grace period after the last one. */
export function freeSlots(
  known: Approvals | undefined,
  running: ClusterSample['running_migrations'],
  { now, config }: { now: number; config: Config },
): Slots {
  const { max_concurrent_migrations, grace_period_seconds } = config.automated_migrations.rules;
  const own = inFlight(known, now, config);
  const ours = new Set(Object.values(known?.entries ?? {}).map(({ guest, source_node }) => `${guest} ${source_node}`));
  const foreign = running.filter(({ guest, source }) => !ours.has(`${guest} ${source}`)).length;
  const rest = lastEnd(known) + grace_period_seconds * 1000 - now;
  if (rest > 0)
    return { free: 0, reason: `waits ${span(rest)} of the ${grace_period_seconds} s after the last migration` };
  const taken = own.length + foreign;
  return {
    free: Math.max(0, max_concurrent_migrations - taken),
    reason: `waits for a slot: ${taken} of ${max_concurrent_migrations} taken`,
  };
}
