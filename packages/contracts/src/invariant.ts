import { z } from 'zod';

/** What must never happen, each by what it would break; checked on every migration while Evenkeel runs. */
export const invariants = {
  one_move_per_guest: 'no guest is in two migrations at once',
  executed_once: 'an approved migration is executed at most once, and each task belongs to one migration',
  one_end: 'a migration ends once: completed, failed or refused',
  started_in_time: 'nothing starts after its approval has expired',
  on_fresh_samples: 'nothing starts that was decided on a sample older than ten minutes',
  still_while_paused: 'nothing starts while its cluster is paused',
  rests_between_moves: 'a guest that has moved is not moved again within its cooldown, but for what must be',
  within_limits: 'no more migrations run at once than the configuration allows, nor two from or to one node',
} as const;

export const Invariant = z.enum(Object.keys(invariants) as [keyof typeof invariants, ...(keyof typeof invariants)[]]);
export type Invariant = z.output<typeof Invariant>;
