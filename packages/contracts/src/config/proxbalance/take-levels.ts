import { type Change, changed, type Draft, dropped, notUnderstood } from './draft.ts';

/** The learning features in the order in which the levels switch them on. */
export const toggles = [
  'cycle_detection_enabled',
  'cost_benefit_enabled',
  'outcome_learning_enabled',
  'guest_success_tracking_enabled',
  'trend_awareness_enabled',
  'pattern_suppression_enabled',
  'risk_gating_enabled',
] as const;

const first = 'automated_migrations.rules.intelligent_migrations';
const levels: Record<string, number> = { basic: 1, standard: 4, full: 7 };

function takeLevel(draft: Draft, place: string): Change[] {
  const path = `${place}.intelligence_level`;
  const found = draft.take(path);
  if (found === undefined) return [];
  const level = typeof found === 'string' ? found.trim().toLowerCase() : '';
  const on = Object.hasOwn(levels, level) ? levels[level] : undefined;
  if (on === undefined) {
    if (found === null || level === 'none') return [dropped(path, found, 'nothing', 'each feature has its toggle')];
    return [notUnderstood(path, found, 'nothing', 'not basic, standard or full')];
  }
  if (place !== first && draft.has(first)) return [dropped(path, found, 'nothing', `${first} has the word`)];
  toggles.forEach((toggle, i) => {
    draft.put(`intelligent_migrations.${toggle}`, i < on);
  });
  const off = on < toggles.length ? `; off: ${toggles.slice(on).join(', ')}` : '';
  return [changed(path, found, `on: ${toggles.slice(0, on).join(', ')}${off}`, 'a level is a set of toggles')];
}

/** Spells out the intelligence level, which has the word over single toggles; where there is none, says nothing of them. */
export function takeLevels(draft: Draft): void {
  for (const place of [first, 'intelligent_migrations']) draft.note(...takeLevel(draft, place));
}
