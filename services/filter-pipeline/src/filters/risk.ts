import { type Filter, filtered, passed } from '../filter.ts';
import { figure } from '../quote.ts';

/** What could go badly needs more confidence. */
export const risk: Filter = ({ recommendation }, { config }) => {
  if (!recommendation.risk.high) return passed('not high risk');
  const { min_confidence_score } = config.automated_migrations.rules;
  const least = Math.min(100, min_confidence_score * config.intelligent_migrations.risk_confidence_multiplier);
  const flags = recommendation.risk.flags.map(({ sentence }) => sentence).join('; ');
  const said = `high risk (${flags}): confidence ${figure(recommendation.confidence_score)} of ${figure(least)} needed`;
  return recommendation.confidence_score >= least ? passed(said) : filtered(said);
};
