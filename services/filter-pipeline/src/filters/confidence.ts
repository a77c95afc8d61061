import { type Filter, filtered, passed } from '../filter.ts';
import { figure } from '../quote.ts';

/** Only what probably turns out well is done unasked. */
export const confidence: Filter = ({ recommendation }, { config }) => {
  const least = config.automated_migrations.rules.min_confidence_score;
  const said = `confidence ${figure(recommendation.confidence_score)} of ${least} needed`;
  return recommendation.confidence_score >= least ? passed(said) : filtered(said);
};
