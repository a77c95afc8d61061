import { expect, test } from 'vitest';
import { Config } from './config.ts';
import { recommended } from './presets.ts';

test('the recommended preset is a valid configuration that acts, with every learning feature on', () => {
  const config = Config.parse(recommended);
  const toggles = Object.entries(config.intelligent_migrations).filter(([, value]) => typeof value === 'boolean');
  expect(toggles.filter(([, on]) => !on)).toEqual([]);
  expect([config.mode, config.automated_migrations.dry_run]).toEqual(['auto', false]);
  expect(config.automated_migrations.rules).toMatchObject({ max_migrations_per_run: 20, max_concurrent_migrations: 4 });
});
