import { hours, millis, minutes } from '@evenkeel/model';
import { type Filter, filtered, passed } from '../filter.ts';
import { hasMoved } from '../moves.ts';
import { span } from '../quote.ts';

/** Refusals that say nothing about the guest. */
const notTried = new Set([
  'expired',
  'busy',
  'paused',
  'no_right',
  'duplicate',
  'locked',
  'unread',
  'clocks_disagree',
  'target_full',
  'target_unavailable',
  'target_unknown',
]);

/** A guest that just moved, or was tried, must show its effect before it moves again; the more often it moved, the longer. */
export const cooldown: Filter = ({ recommendation }, { moves, now, config }) => {
  const tried = (moves.get(recommendation.guest) ?? []).filter(({ code }) => !notTried.has(code ?? ''));
  const last = tried.at(-1);
  if (!last) return passed('never moved');
  const recent = tried.filter((move) => hasMoved(move) && now - millis(move.at) <= hours(168)).length;
  const factor = Math.min(8, 2 ** Math.max(0, recent - 1));
  const wait = minutes(config.automated_migrations.rules.cooldown_minutes) * factor;
  const age = Math.max(0, now - millis(last.at));
  const said = `${words[last.how]} ${span(age)} ago (${last.from}->${last.to}), cooldown ${span(wait)}`;
  return age < wait ? filtered(recent > 0 ? `${said}, ${recent} in 7 days` : said) : passed(said);
};

const words = {
  started: 'was tried',
  refused: 'was refused',
  failed: 'failed to move',
  completed: 'moved',
  found: 'was moved by somebody else',
};
