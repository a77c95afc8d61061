import type { Approval, ClusterSample, Config, Limit } from '@evenkeel/contracts';
import { millis, oldestSample } from '@evenkeel/model';
import { type Approvals, inFlight, lastEnd } from './approvals.ts';
import { span } from './quote.ts';

/** How many migrations may be approved now; `grace` says why none, where one has just ended. */
export type Slots = { free: number; taken: number; most: number; grace: string | undefined };

/** Slots that neither own migrations nor those of others take; none within the grace period after the last one. */
export function freeSlots(
  known: Approvals | undefined,
  running: ClusterSample['running_migrations'],
  { now, config }: { now: number; config: Config },
): Slots {
  const { max_concurrent_migrations: most, grace_period_seconds } = config.automated_migrations.rules;
  /** One that has ended may still be in a sample, for as long as that counts. */
  const mayShow = ({ ended }: Approval): boolean =>
    !ended || (ended.how !== 'refused' && now - millis(ended.at) <= oldestSample);
  const own = Object.values(known?.entries ?? {}).filter(mayShow);
  const ours = new Set(own.map(({ guest, source_node }) => `${guest} ${source_node}`));
  const foreign = running.filter(({ guest, source }) => !ours.has(`${guest} ${source}`)).length;
  const taken = inFlight(known, now, config).length + foreign;
  const rest = lastEnd(known) + grace_period_seconds * 1000 - now;
  if (rest > 0)
    return {
      free: 0,
      taken,
      most,
      grace: `waits ${span(rest)} of the ${grace_period_seconds} s after the last migration`,
    };
  return { free: Math.max(0, most - taken), taken, most, grace: undefined };
}

/** The option by which one more has to wait. */
export const limitOf = ({ grace }: Slots): Limit => (grace ? 'grace_period_seconds' : 'max_concurrent_migrations');

/** Why one more has to wait after `approved` were approved. */
export const waitsFor = ({ taken, most, grace }: Slots, approved: number): string =>
  grace ?? `waits for a slot: ${taken + approved} of ${most} taken`;
