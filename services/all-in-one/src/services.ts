import { collector } from '@evenkeel/collector';
import { executor } from '@evenkeel/executor';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { profiler } from '@evenkeel/profiler';
import { recommender } from '@evenkeel/recommender';
import type { Service } from '@evenkeel/runtime';
import { scorer } from '@evenkeel/scorer';

/** The whole of Evenkeel, in the order in which a sample becomes a migration and an outcome. */
export const services = [
  collector,
  profiler,
  scorer,
  recommender,
  filterPipeline,
  executor,
  outcomeTracker,
] as const satisfies readonly Service[];
