import { successRate } from '@evenkeel/model';
import { type Filter, filtered, passed } from '../filter.ts';
import { pairOf } from '../outcomes.ts';
import { percent } from '../quote.ts';

const leastJudged = 3;
const leastRate = 0.5;

/** Two nodes between which migrations turn out badly are left alone for a while. */
export const outcome: Filter = ({ recommendation }, { pairs, now }) => {
  const { source_node, target_node } = recommendation;
  const { judged, good, rate } = successRate(pairs.get(pairOf(source_node, target_node)) ?? [], now);
  const said = `${source_node}->${target_node}: ${good} of ${judged} judged migrations turned out well, success rate ${percent(rate)}`;
  return judged >= leastJudged && rate < leastRate ? filtered(`${said} of ${percent(leastRate)} needed`) : passed(said);
};
