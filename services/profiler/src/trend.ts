import {
  blockMeans,
  deviation,
  fitShapes,
  known,
  mannKendall,
  type Series,
  straightLine,
  theilSen,
} from '@evenkeel/model';
import { type Season, withoutDaily } from './season.ts';

export type Trend = {
  /** Change per hour, by Theil–Sen; 0 where not significant. */
  per_hour: number;
  /** Mann–Kendall's standard score. */
  score: number;
};

const blockHours = 4;
const trendHours = 168;
const leastBlocks = 12;
const leastScore = 3;
const none: Trend = { per_hour: 0, score: 0 };

/** The trend of a series of hours once what a day adds is taken out; nothing is spent on series too short for any. */
export function trendBesideDaily(hourly: Series, daily?: Season): Trend {
  return hourly.length < leastBlocks * blockHours ? none : trendOf(withoutDaily(hourly, daily));
}

/** The trend of the last week of a series of hours from which the season is taken out; a step is none, nor is one that has ended. */
export function trendOf(hourly: Series): Trend {
  const blocks = blockMeans(hourly.slice(-trendHours), blockHours);
  if (seen(blocks) < leastBlocks) return none;
  const shapes = fitShapes(blocks, 2, leastBlocks);
  const rest = shapes.bend < 0.6 * shapes.line ? blocks.slice(shapes.bend_at) : blocks;
  if (seen(rest) < leastBlocks) return none;
  const slope = theilSen(rest);
  const score = mannKendall(rest, slope);
  if (Math.abs(score) < leastScore || slope * score <= 0) return none;
  if (shapes.step < Math.min(shapes.line, shapes.bend) || hasEnded(rest, slope)) return none;
  return { per_hour: slope / blockHours, score };
}

const seen = (blocks: Series): number => known(blocks).length;

/** Whether the last two and a half days have lost most of the slope. */
function hasEnded(blocks: Series, slope: number): boolean {
  const recent = blocks.slice(-15);
  if (seen(recent) < 8) return false;
  const line = straightLine(recent);
  const rest = deviation(recent.map((value, i) => value - (line[i] as number)));
  const error = rest * Math.sqrt(12 / recent.length ** 3);
  return theilSen(recent) * Math.sign(slope) + error < 0.25 * Math.abs(slope);
}
