import { blockMeans, deviation, mannKendall, mean, type Series, straightLine, theilSen } from '@evenkeel/model';

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

/** The trend of the last week of a series of hours from which the season is taken out; a step is none, nor is one that has ended. */
export function trendOf(hourly: Series): Trend {
  const blocks = blockMeans(hourly.slice(-trendHours), blockHours);
  if (blocks.filter((value) => !Number.isNaN(value)).length < leastBlocks) return none;
  const slope = theilSen(blocks);
  const score = mannKendall(blocks, slope);
  if (Math.abs(score) < leastScore || slope * score <= 0) return none;
  if (isStep(blocks) || hasEnded(blocks, slope)) return none;
  return { per_hour: slope / blockHours, score };
}

/** Whether two levels describe the series better than a line. */
function isStep(blocks: Series): boolean {
  const line = straightLine(blocks);
  const aroundLine = squares(blocks.map((value, i) => value - (line[i] as number)));
  for (let at = 2; at <= blocks.length - 2; at++) {
    const aroundLevels = squares(centred(blocks.slice(0, at))) + squares(centred(blocks.slice(at)));
    if (aroundLevels < aroundLine) return true;
  }
  return false;
}

const centred = (values: Series): Series => {
  const middle = mean(values);
  return values.map((value) => value - middle);
};

const squares = (values: Series): number =>
  values.reduce((sum, value) => (Number.isNaN(value) ? sum : sum + value * value), 0);

/** Whether the last two and a half days have lost most of the slope. */
function hasEnded(blocks: Series, slope: number): boolean {
  const recent = blocks.slice(-15);
  if (recent.filter((value) => !Number.isNaN(value)).length < 8) return false;
  const line = straightLine(recent);
  const rest = deviation(recent.map((value, i) => value - (line[i] as number)));
  const error = rest * Math.sqrt(12 / recent.length ** 3);
  return theilSen(recent) * Math.sign(slope) + error < 0.25 * Math.abs(slope);
}
