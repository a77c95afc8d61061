/** Options that no story turns on and off, and why: what tries them instead. */
export const notTold: Readonly<Record<string, { because: string; file: string; test: string }>> = {
  'automated_migrations.safety_checks.verify_before_migrate': {
    because: 'What Proxmox says right before a start was said to the last look as well, unless it changed in between.',
    file: 'services/executor/src/preflight.test.ts',
    test: 'verify_before_migrate: false',
  },
  'intelligent_migrations.cycle_window_hours': {
    because: 'It is half a day at least, which would have to be played.',
    file: 'services/filter-pipeline/src/filters/cycle.test.ts',
    test: 'the window is a setting',
  },
  'intelligent_migrations.observation_window_hours': {
    because: 'It only counts where runs lie further apart than it allows, and such a configuration is refused.',
    file: 'services/filter-pipeline/src/persistence.test.ts',
    test: 'observation_window_hours',
  },
  'scaling_advice.enabled': {
    because: 'Advice moves nothing, and stories tell of moves.',
    file: 'services/recommender/src/service.test.ts',
    test: 'no advice where it is off',
  },
};
