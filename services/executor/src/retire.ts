import type { Config } from '@evenkeel/contracts';
import { millis } from '@evenkeel/model';
import type { Ended } from './execution.ts';
import { type Step, wait } from './steps.ts';

export type RetireFacts = {
  now: number;
  /** Cluster milliseconds for which this process has seen it ended: a clock that was set back ends the pause no later. */
  waited_ms: number;
  config: Config;
  /** Its terminal event was committed by an earlier tick. */
  said: boolean;
  /** Whether the guest has come to rest; asked only where it is held. */
  rests: boolean;
};

/** What has ended is forgotten once that was said; what it holds is kept for the pause before the next migration, unless that takes its guest back. */
export function retire({ start, ending }: Ended, { now, waited_ms, config, said, rests }: RetireFacts): Step {
  if (!said) return wait('to be said');
  if (ending.hold && !rests) return wait('the guest is still on its way');
  const pause = start && !ending.back ? 1000 * config.automated_migrations.rules.grace_period_seconds : 0;
  if (Math.max(now - millis(ending.at), waited_ms) < pause) return wait('grace period');
  return { do: 'finish' };
}
