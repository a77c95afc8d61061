import type { Invariant, MigrationSpan } from '@evenkeel/contracts';

export type Broken = { invariant: Invariant; migration_ids: string[]; sentence: string };

/** What is broken by which migrations, and how. */
export const about = (invariant: Invariant, ids: readonly string[], sentence: string): Broken => ({
  invariant,
  migration_ids: [...ids].sort().slice(0, 20),
  sentence: sentence.slice(0, 240),
});

/** The same breach has the same name, whoever finds it. */
export const nameOf = ({ invariant, migration_ids }: Broken): string => `${invariant}/${migration_ids.join('+')}`;

/** Those of which nothing was said yet. */
export function untold(found: readonly Broken[], spans: readonly MigrationSpan[]): Broken[] {
  const told = new Set(spans.flatMap(({ told = [] }) => told));
  return [...new Map(found.map((one) => [nameOf(one), one] as const)).values()].filter((one) => !told.has(nameOf(one)));
}

/** A migration with what of it has been said by now. */
export function telling(span: MigrationSpan, said: readonly Broken[]): MigrationSpan {
  const own = said.filter(({ migration_ids }) => migration_ids.includes(span.migration_id));
  return own.length === 0 ? span : { ...span, told: [...(span.told ?? []), ...own.map(nameOf)].slice(-8) };
}

/** It has started, and nothing is known of its end. */
export const runs = ({ starts, ends }: MigrationSpan): boolean => starts.length > 0 && ends.length === 0;
