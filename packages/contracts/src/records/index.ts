import type { AnyRecord } from '../define.ts';
import { answers } from './answers.ts';
import { approvals } from './approvals.ts';
import { collectorProgress } from './collector-progress.ts';
import { currentRun } from './current-run.ts';
import { executions } from './executions.ts';
import { guestCounters } from './guest-counters.ts';
import { guestFacts } from './guest-facts.ts';
import { guestHistories } from './guest-histories.ts';
import { guestMoves } from './guest-moves.ts';
import { guestOutcomes } from './guest-outcomes.ts';
import { heldMoves } from './held-moves.ts';
import { lastPlacements } from './last-placements.ts';
import { lastRunSummary } from './last-run-summary.ts';
import { migrationSpans } from './migration-spans.ts';
import { nodeHistory } from './node-history.ts';
import { openHours } from './open-hours.ts';
import { pairOutcomes } from './pair-outcomes.ts';
import { recommendationTracking } from './recommendation-tracking.ts';
import { recommenderMemory } from './recommender-memory.ts';
import { scalingHistory } from './scaling-history.ts';
import { watchedMigrations } from './watched-migrations.ts';
import { watchedPause } from './watched-pause.ts';

/** Every record that a service keeps: this list is the schema of the store. */
export const records = [
  answers,
  approvals,
  collectorProgress,
  currentRun,
  executions,
  guestCounters,
  guestFacts,
  guestHistories,
  guestMoves,
  guestOutcomes,
  heldMoves,
  lastPlacements,
  lastRunSummary,
  migrationSpans,
  nodeHistory,
  openHours,
  pairOutcomes,
  recommendationTracking,
  recommenderMemory,
  scalingHistory,
  watchedMigrations,
  watchedPause,
] as const satisfies readonly AnyRecord[];

export * from './answers.ts';
export * from './approvals.ts';
export * from './collector-progress.ts';
export * from './current-run.ts';
export * from './executions.ts';
export * from './guest-counters.ts';
export * from './guest-facts.ts';
export * from './guest-histories.ts';
export * from './guest-moves.ts';
export * from './guest-outcomes.ts';
export * from './held-moves.ts';
export * from './last-placements.ts';
export * from './last-run-summary.ts';
export * from './migration-spans.ts';
export * from './node-history.ts';
export * from './open-hours.ts';
export * from './pair-outcomes.ts';
export * from './recommendation-tracking.ts';
export * from './recommender-memory.ts';
export * from './scaling-history.ts';
export * from './watched-migrations.ts';
export * from './watched-pause.ts';
