import type { DecisionAction } from './migration.ts';

/** The colour in which every surface shows a decision's action. */
export const decisionColors = {
  executed: 'green',
  pending: 'blue',
  failed: 'red',
  filtered: 'red',
  skipped: 'gray',
  observing: 'cyan',
  deferred: 'amber',
} as const satisfies Record<DecisionAction, string>;
