import { hours, millis } from '@evenkeel/model';
import { type Filter, filtered, passed } from '../filter.ts';
import { hasMoved } from '../moves.ts';
import { span } from '../quote.ts';

/** A guest does not return to the node that it left last. */
export const rollback: Filter = ({ recommendation }, { moves, now, config }) => {
  const last = (moves.get(recommendation.guest) ?? []).filter(hasMoved).at(-1);
  const window = hours(config.automated_migrations.rules.rollback_window_hours);
  if (!last || last.from !== recommendation.target_node) return passed('does not return to the node it left last');
  const age = now - millis(last.at);
  const said = `left ${last.from} ${span(age)} ago, returns after ${span(window)} at the earliest`;
  return age < window ? filtered(said) : passed(said);
};
