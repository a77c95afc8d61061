import type { Config } from '@evenkeel/contracts';
import type { Filter } from '../filter.ts';
import { confidence } from './confidence.ts';
import { conflict } from './conflict.ts';
import { cooldown } from './cooldown.ts';
import { costBenefit } from './cost-benefit.ts';
import { cycle } from './cycle.ts';
import { guestSuccess } from './guest-success.ts';
import { improvement } from './improvement.ts';
import { outcome } from './outcome.ts';
import { pattern } from './pattern.ts';
import { risk } from './risk.ts';
import { rollback } from './rollback.ts';
import { tagsAndAffinity } from './tags-and-affinity.ts';
import { trend } from './trend.ts';

/** One rung of the ladder: `toggle` is the option of `intelligent_migrations` that switches it; `mandatory` says what a mandatory move does. */
export type Step = {
  order: number;
  name: string;
  toggle?: keyof Config['intelligent_migrations'];
  mandatory: 'bypasses' | 'obeys';
  check: Filter;
};

/** The 13 filters in their order; the first that says no has the word. */
// biome-ignore format: a table
export const filters: readonly Step[] = [
  { order: 1,  name: 'cooldown',          check: cooldown,        mandatory: 'bypasses' },
  { order: 2,  name: 'rollback',          check: rollback,        mandatory: 'bypasses' },
  { order: 3,  name: 'cycle',             check: cycle,           mandatory: 'bypasses', toggle: 'cycle_detection_enabled' },
  { order: 4,  name: 'confidence',        check: confidence,      mandatory: 'bypasses' },
  { order: 5,  name: 'conflict',          check: conflict,        mandatory: 'obeys' },
  { order: 6,  name: 'risk',              check: risk,            mandatory: 'bypasses', toggle: 'risk_gating_enabled' },
  { order: 7,  name: 'trend',             check: trend,           mandatory: 'bypasses', toggle: 'trend_awareness_enabled' },
  { order: 8,  name: 'outcome',           check: outcome,         mandatory: 'bypasses', toggle: 'outcome_learning_enabled' },
  { order: 9,  name: 'pattern',           check: pattern,         mandatory: 'bypasses', toggle: 'pattern_suppression_enabled' },
  { order: 10, name: 'tags_and_affinity', check: tagsAndAffinity, mandatory: 'obeys' },
  { order: 11, name: 'cost_benefit',      check: costBenefit,     mandatory: 'bypasses', toggle: 'cost_benefit_enabled' },
  { order: 12, name: 'guest_success',     check: guestSuccess,    mandatory: 'bypasses', toggle: 'guest_success_tracking_enabled' },
  { order: 13, name: 'improvement',       check: improvement,     mandatory: 'bypasses' },
];
