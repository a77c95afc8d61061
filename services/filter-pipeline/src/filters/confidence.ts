import { type Filter, filtered, passed } from '../filter.ts';
import { figure, percent } from '../quote.ts';

/** Only what probably turns out well is done unasked. */
export const confidence: Filter = ({ recommendation }, { config }) => {
  const least = config.automated_migrations.rules.min_confidence_score;
  const { chances } = recommendation.improvement;
  const by = chances
    ? ` (chance of a gain ${percent(chances.now)} by what is now, ${percent(chances.usual)} by what is usual)`
    : '';
  const said = `confidence ${figure(recommendation.confidence_score)} of ${least} needed${by}`;
  return recommendation.confidence_score >= least ? passed(said) : filtered(said);
};
