import { type Filter, filtered, passed } from '../filter.ts';
import { percent } from '../quote.ts';
import { successRate } from '../success-rate.ts';

const leastJudged = 2;
const leastRate = 0.3;
const goodRate = 0.6;

/** A guest whose migrations turn out badly is left alone for a while. */
export const guestSuccess: Filter = ({ recommendation }, { outcomes, now }) => {
  const { judged, good, rate } = successRate(outcomes.get(recommendation.guest) ?? [], now);
  const said = `${good} of its ${judged} judged migrations turned out well, success rate ${percent(rate)}`;
  if (judged < leastJudged || rate >= goodRate) return passed(said);
  if (rate < leastRate) return filtered(`${said} of ${percent(leastRate)} needed`);
  return passed(`${said}: ranked lower`);
};

/** Whether a guest's record is poor enough to let others go first. */
export const ranksLower: (...args: Parameters<Filter>) => boolean = ({ recommendation }, { outcomes, now }) => {
  const { judged, rate } = successRate(outcomes.get(recommendation.guest) ?? [], now);
  return judged >= leastJudged && rate < goodRate;
};
