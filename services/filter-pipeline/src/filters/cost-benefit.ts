import { type Filter, filtered, passed } from '../filter.ts';
import { figure, fine, span } from '../quote.ts';

/** A move must be worth what it costs. */
export const costBenefit: Filter = ({ recommendation }, { config }) => {
  const { cost_benefit_ratio, cost, score_improvement, lasts_hours } = recommendation;
  const along = recommendation.companions.length > 0 ? 'with its companions, its own part ' : '';
  const least = config.intelligent_migrations.min_cost_benefit_ratio;
  const said =
    `benefit ${fine(cost_benefit_ratio)} of its cost, ${fine(least)} needed ` +
    `(${along}${figure(score_improvement)} points for ${figure(lasts_hours)} h against ${figure(cost.points)}, ` +
    `${span(cost.duration_seconds.expected * 1000)} of migration)`;
  return cost_benefit_ratio >= least ? passed(said) : filtered(said);
};
