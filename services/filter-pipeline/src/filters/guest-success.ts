import { ranksLower, successRate } from '@evenkeel/model';
import { type Filter, filtered, passed } from '../filter.ts';
import { percent } from '../quote.ts';

const leastRate = 0.3;

/** A guest whose migrations turn out badly is left alone for a while. */
export const guestSuccess: Filter = ({ recommendation }, { outcomes, now }) => {
  const record = successRate(outcomes.get(recommendation.guest) ?? [], now);
  const said = `${record.good} of its ${record.judged} judged migrations turned out well, success rate ${percent(record.rate)}`;
  if (!ranksLower(record)) return passed(said);
  if (record.rate < leastRate) return filtered(`${said} of ${percent(leastRate)} needed`);
  return passed(`${said}: ranked lower`);
};

/** Whether a guest's record is poor enough to let others go first. */
export const hasPoorRecord: (...args: Parameters<Filter>) => boolean = ({ recommendation }, { outcomes, now }) =>
  ranksLower(successRate(outcomes.get(recommendation.guest) ?? [], now));
