import type { Horizon } from '@evenkeel/contracts';
import { hours, minutes } from '@evenkeel/model';

type Window = { horizon: Horizon; from: number; to: number };

/** When each outcome is due after completion, and the window before it whose mean is judged; milliseconds of the cluster. */
export const horizons: readonly Window[] = [
  { horizon: '5m', from: 0, to: minutes(5) },
  { horizon: '1h', from: minutes(30), to: hours(1) },
  { horizon: '24h', from: hours(21), to: hours(24) },
];
