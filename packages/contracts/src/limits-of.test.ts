import { describe, expect, test } from 'vitest';
import { Config, type ConfigInput } from './config/index.ts';
import { isInForce, limitsOf } from './limits-of.ts';
import type { Limit } from './migration.ts';

const rules = (change: object): ConfigInput => ({ automated_migrations: { rules: change } });
const learning = (change: object): ConfigInput => ({ intelligent_migrations: change });
const cap = (name: string): ConfigInput => ({ automated_migrations: { safety_checks: { [name]: 80 } } });

describe('what was held back says nothing of another limit', () => {
  test.each<[string, ConfigInput]>([
    ['persistence', learning({ observation_periods: 5 })],
    ['cooldown', rules({ cooldown_minutes: 8 })],
    ['rollback', rules({ rollback_window_hours: 8 })],
    ['cycle', learning({ cycle_window_hours: 24 })],
    ['confidence', rules({ min_confidence_score: 60 })],
    ['conflict', cap('max_node_cpu_percent')],
    ['conflict', cap('max_node_memory_percent')],
    ['risk', rules({ min_confidence_score: 60 })],
    ['risk', learning({ risk_confidence_multiplier: 1.5 })],
    ['trend', { recommendation_thresholds: { cpu: 70 } }],
    ['cost_benefit', learning({ min_cost_benefit_ratio: 3 })],
    ['improvement', cap('max_node_cpu_percent')],
    ['improvement', cap('max_node_memory_percent')],
    ['limits max_migrations_per_run', rules({ max_migrations_per_run: 9 })],
    ['limits max_concurrent_migrations', rules({ max_concurrent_migrations: 2 })],
    ['limits grace_period_seconds', rules({ grace_period_seconds: 9 })],
  ])('%s %j', (name, change) => {
    const [filter = '', limit] = name.split(' ') as [string, Limit?];
    const [before, now] = [Config.parse({}), Config.parse(change)];
    const held = { filter, limit, under: limitsOf({ filter, limit }, before) };
    expect([isInForce(held, before), isInForce(held, now)]).toEqual([true, false]);
    expect(isInForce({ filter, limit }, before)).toBe(false);
  });

  test.each(['outcome', 'pattern', 'tags_and_affinity', 'guest_success', 'limits', 'dry_run'])(
    'but %s goes by none',
    (filter) => expect(isInForce({ filter }, Config.parse({}))).toBe(true),
  );
});
