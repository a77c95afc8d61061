import type { Option } from '../option.ts';
import { convertValue } from './convert-value.ts';
import { type Change, changed, type Draft, dropped, notUnderstood } from './draft.ts';

const hundredth = (value: number) => Math.round(value * 100) / 100;
const number = (value: unknown, minimum: number, maximum: number, type: 'integer' | 'number' = 'number') => {
  const converted = convertValue(value, { type, minimum, maximum } satisfies Option);
  return 'value' in converted ? (converted.value as number) : undefined;
};

/** What its slider of the simple form stands for. */
function bySensitivity(value: unknown): Record<string, number> {
  const level = number(value, 1, 3, 'integer');
  if (level === undefined) return {};
  return {
    min_score_improvement: [25, 15, 8][level - 1]!,
    cluster_convergence_threshold: [12, 8, 5][level - 1]!,
  };
}

function byTrendWeight(value: unknown): Record<string, number> {
  const weight = number(value, 0, 1);
  if (weight === undefined) return {};
  return {
    weight_current: hundredth(0.9 - 0.75 * weight),
    weight_24h: hundredth(0.1 + 0.25 * weight),
    weight_7d: hundredth(0.5 * weight),
  };
}

function byImprovement(value: unknown): Record<string, number> {
  const points = number(value, 0.1, 100);
  return points === undefined ? {} : { min_score_improvement: points };
}

const sliders: [string, (value: unknown) => Record<string, number>][] = [
  ['min_score_improvement', byImprovement],
  ['sensitivity', bySensitivity],
  ['trend_weight', byTrendWeight],
];

function takeSlider(draft: Draft, path: string, found: unknown, wanted: [string, number][]): Change {
  const used = wanted.filter(([option]) => draft.get(`penalty_config.${option}`) === undefined);
  for (const [option, value] of used) draft.put(`penalty_config.${option}`, value);
  if (wanted.length === 0) return notUnderstood(path, found, 'nothing', 'not a number');
  if (used.length === 0) return dropped(path, found, 'nothing', 'the full options say it already');
  const to = used.map(([option, value]) => `penalty_config.${option} = ${value}`).join(', ');
  return changed(path, found, to, 'what the simple form stood for');
}

/** Takes what the simple form set, where the full options (into which it was written there) do not say it. */
export function takeSettings(draft: Draft): void {
  for (const [name, meaning] of sliders) {
    const path = `migration_settings.${name}`;
    const found = draft.take(path);
    if (found !== undefined) draft.note(takeSlider(draft, path, found, Object.entries(meaning(found))));
  }
}
