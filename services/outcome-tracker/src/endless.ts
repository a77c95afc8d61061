import type { MigrationSpan } from '@evenkeel/contracts';
import { hours, millis } from '@evenkeel/model';
import { about, type Broken, runs } from './breach.ts';

/** By when whoever carries migrations out has given up even those that nobody can stop, milliseconds after they were to be over. */
const givenUp = hours(24);
/** For how long a cluster must be seen without the end of such a one: that may only now be said, after all stood still. */
const patience = hours(1);

/** Of a migration without an end that has to have one: since when it is seen so, and, once that lasts, what it breaks. */
export function endless(span: MigrationSpan, at: string): { overdue_since: string; broken: Broken | null } | null {
  const [start] = span.starts;
  if (!start || !runs(span)) return null;
  const { migration_id, guest, deadline_at = start.at, overdue_since = at } = span;
  if (millis(at) <= millis(deadline_at) + givenUp) return null;
  if (millis(at) - millis(overdue_since) < patience) return { overdue_since, broken: null };
  const said = `the move of ${guest} started at ${start.at} and has no end, by ${at}`;
  return { overdue_since, broken: about('one_end', [migration_id], said) };
}
