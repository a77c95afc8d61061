import type { ConfigInput } from '../config.ts';
import { configSchema, type Option, optionAt } from '../option.ts';
import { parseConfig } from '../parse-config.ts';
import { type Change, type Draft, draftFrom, dropped, isSection, notUnderstood } from './draft.ts';
import { fitObservations, fitWeights } from './fit-together.ts';
import { takeCluster } from './take-cluster.ts';
import { takeLevels } from './take-levels.ts';
import { takeInterval, takeMode } from './take-mode.ts';
import { takeOptions } from './take-options.ts';
import { takeSchedule } from './take-schedule.ts';
import { takeSettings } from './take-settings.ts';
import { whyDropped } from './why-dropped.ts';

const wholeFile = '(the whole file)';

function dropRest(draft: Draft): void {
  for (const { path, value } of draft.rest()) {
    const { why, known } = whyDropped(path);
    draft.note((known ? dropped : notUnderstood)(path || wholeFile, value, 'nothing', why));
  }
}

/** What does not parse in spite of all is left out by whole sections, and named. */
function settle(draft: Draft): ConfigInput {
  for (;;) {
    const parsed = parseConfig(draft.config);
    if (parsed.ok) return draft.config;
    for (const { keys, sentence } of parsed.problems) {
      const section = String(keys[0]);
      draft.note(dropped(section, draft.config[section], 'its defaults', sentence));
      delete draft.config[section];
    }
  }
}

/**
 * Makes a configuration of ProxBalance's config.json, whatever stands in it. The result always parses and moves nothing by itself;
 * every value that was moved, changed, dropped or not understood, and every one added, is named. Never throws.
 */
export function importProxBalance(json: unknown): { config: ConfigInput; changes: Change[] } {
  const root = configSchema() as Option;
  const draft = draftFrom(json);
  if (!isSection(json))
    return {
      config: { mode: 'recommend' },
      changes: [notUnderstood(wholeFile, json, 'defaults', 'not a JSON object')],
    };
  takeCluster(draft);
  takeLevels(draft);
  takeOptions(draft, root);
  takeSettings(draft);
  takeInterval(draft, optionAt(['collection', 'sample_interval_seconds'], root)!);
  takeMode(draft, takeSchedule(draft));
  fitObservations(draft);
  fitWeights(draft);
  dropRest(draft);
  return { config: settle(draft), changes: draft.changes };
}

/** The changes as text, one a line, for a terminal. */
export function formatChanges(changes: readonly Change[]): string {
  return changes
    .map(({ path, action, from, to, why }) =>
      action === 'added'
        ? `added: ${path} = ${to} (${why})`
        : `${action.replace('_', ' ')}: ${path}: ${from} -> ${to} (${why})`,
    )
    .join('\n');
}
