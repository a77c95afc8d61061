import type { AnyRecord } from '../define.ts';
import { approvals } from './approvals.ts';
import { automationPause } from './automation-pause.ts';
import { currentRun } from './current-run.ts';
import { guestMoves } from './guest-moves.ts';
import { guestOutcomes } from './guest-outcomes.ts';
import { lastPlacements } from './last-placements.ts';
import { lastRunSummary } from './last-run-summary.ts';
import { pairOutcomes } from './pair-outcomes.ts';
import { recommendationTracking } from './recommendation-tracking.ts';

/** Every record that a service keeps: this list is the schema of the store. */
export const records = [
  approvals,
  automationPause,
  currentRun,
  guestMoves,
  guestOutcomes,
  lastPlacements,
  lastRunSummary,
  pairOutcomes,
  recommendationTracking,
] as const satisfies readonly AnyRecord[];

export { Approval } from './approvals.ts';
export { GuestMove } from './guest-moves.ts';
export { JudgedMove } from './pair-outcomes.ts';
export { TrackedRecommendation } from './recommendation-tracking.ts';
export {
  approvals,
  automationPause,
  currentRun,
  guestMoves,
  guestOutcomes,
  lastPlacements,
  lastRunSummary,
  pairOutcomes,
  recommendationTracking,
};
