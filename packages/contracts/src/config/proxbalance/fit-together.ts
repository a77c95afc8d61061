import { Config } from '../config.ts';
import { changed, type Draft } from './draft.ts';

/** Lengthens the observation window where the observations would not fit into it. */
export function fitObservations(draft: Draft): void {
  const section = draft.get('intelligent_migrations') as Record<string, unknown> | undefined;
  const { intelligent_migrations, automated_migrations } = Config.parse({
    intelligent_migrations: { ...section, enabled: false },
    automated_migrations: { check_interval_minutes: draft.get('automated_migrations.check_interval_minutes') },
  });
  const { observation_periods: periods, observation_window_hours: window } = intelligent_migrations;
  const { check_interval_minutes: interval } = automated_migrations;
  const fitting = Math.ceil(((periods - 1) * interval * 100) / 60) / 100;
  if (!section || fitting <= window) return;
  section.observation_window_hours = fitting;
  const why = `${periods} observations at ${interval} minutes must fit into it; there, it did not bound their count`;
  draft.note(changed('intelligent_migrations.observation_window_hours', window, String(fitting), why));
}

/** Leaves out the weights of the three windows where all are 0. */
export function fitWeights(draft: Draft): void {
  const names = ['weight_current', 'weight_24h', 'weight_7d'];
  const section = draft.get('penalty_config') as Record<string, unknown> | undefined;
  if (!section || names.some((name) => section[name] !== 0)) return;
  for (const name of names) {
    delete section[name];
    draft.note(changed(`penalty_config.${name}`, 0, 'its default', 'the three weights must not all be 0'));
  }
}
