import { deferred, type Filter, passed } from '../filter.ts';
import { percent } from '../quote.ts';

/** A source whose CPU falls below its threshold by itself needs no help; what troubles its memory or disks is not helped by that. */
export const trend: Filter = ({ recommendation }, { scores, config }) => {
  const score = scores.get(recommendation.source_node);
  if (!score || score.trend.direction === 'unknown') return passed('source CPU trend unknown');
  const { direction, cpu_per_hour, cpu_in_one_hour } = score.trend;
  const threshold = config.recommendation_thresholds.cpu / 100;
  const figures = `${percent(cpu_per_hour)} an hour, ${percent(cpu_in_one_hour)} in an hour against a threshold of ${percent(threshold)}`;
  const others = score.exceeded.filter((what) => what !== 'cpu');
  if (direction !== 'falling' || cpu_in_one_hour >= threshold)
    return passed(`source CPU trend ${direction}: ${figures}`);
  if (others.length > 0) return passed(`source CPU trend falling, but ${others.join(' and ')} over its threshold`);
  return deferred(`source CPU trend falling: ${figures}`);
};
