import type { AnyEvent } from '../define.ts';
import { automationChanged } from './automation-changed.ts';
import { automationRefused } from './automation-refused.ts';
import { clusterProfiled } from './cluster-profiled.ts';
import { clusterSampled } from './cluster-sampled.ts';
import { clusterScored } from './cluster-scored.ts';
import { counterfactualRecorded } from './counterfactual-recorded.ts';
import { decisionAnswered } from './decision-answered.ts';
import { historyBackfilled } from './history-backfilled.ts';
import { invariantBroken } from './invariant-broken.ts';
import { migrationApproved } from './migration-approved.ts';
import { migrationCompleted } from './migration-completed.ts';
import { migrationFailed } from './migration-failed.ts';
import { migrationProgressed } from './migration-progressed.ts';
import { migrationRefused } from './migration-refused.ts';
import { migrationStarted } from './migration-started.ts';
import { outcomeRecorded } from './outcome-recorded.ts';
import { recommendationDecided } from './recommendation-decided.ts';
import { recommendationsGenerated } from './recommendations-generated.ts';
import { runDecided } from './run-decided.ts';
import { scalingDecided } from './scaling-decided.ts';

/** Every event, in the order of the walk from a sample to an outcome. */
export const events = [
  clusterSampled,
  historyBackfilled,
  clusterProfiled,
  clusterScored,
  recommendationsGenerated,
  scalingDecided,
  recommendationDecided,
  runDecided,
  decisionAnswered,
  migrationApproved,
  migrationStarted,
  migrationProgressed,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
  outcomeRecorded,
  counterfactualRecorded,
  automationChanged,
  automationRefused,
  invariantBroken,
] as const satisfies readonly AnyEvent[];

export {
  automationChanged,
  automationRefused,
  clusterProfiled,
  clusterSampled,
  clusterScored,
  counterfactualRecorded,
  decisionAnswered,
  historyBackfilled,
  invariantBroken,
  migrationApproved,
  migrationCompleted,
  migrationFailed,
  migrationProgressed,
  migrationRefused,
  migrationStarted,
  outcomeRecorded,
  recommendationDecided,
  recommendationsGenerated,
  runDecided,
  scalingDecided,
};
