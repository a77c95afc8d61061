import type { MigrationSpan } from '@evenkeel/contracts';
import { millis } from '@evenkeel/model';
import { about, type Broken, runs } from './breach.ts';

/** Clocks of executors on different machines may differ by so much, milliseconds. */
export const skew = 5_000;

type Ran = MigrationSpan & { from: number; to: number };

/** What those that have no end yet break by running at once, as far as it is known by now. */
export const brokenWhileRunning = (spans: readonly MigrationSpan[], now: number): Broken[] =>
  spans.filter(runs).flatMap((span) =>
    atOnce(
      span,
      spans.filter((other) => other !== span),
      now,
    ),
  );

/** From when to when it ran, as far as that is known: one without an end until now, up to when it was to be over. Null where that cannot be told. */
function ranOf(span: MigrationSpan, now: number): Ran | null {
  const [start, end] = [span.starts[0], span.ends[0]];
  if (!start) return null;
  const from = millis(start.at);
  if (end) return { ...span, from, to: millis(end.at) };
  return span.deadline_at === undefined ? null : { ...span, from, to: Math.min(now, millis(span.deadline_at)) };
}

/** What it breaks by running beside others. */
export function atOnce(span: MigrationSpan, others: readonly MigrationSpan[], now: number): Broken[] {
  const ran = ranOf(span, now);
  if (!ran) return [];
  const beside = others.flatMap((other) => ranOf(other, now) ?? []).filter((other) => overlap(ran, other));
  const pairs = beside.flatMap((other): Broken[] => {
    const ids = [ran.migration_id, other.migration_id];
    if (other.guest === ran.guest)
      return [about('one_move_per_guest', ids, `${ran.guest} was in two migrations at once`)];
    const node = other.source_node === ran.source_node ? ran.source_node : ran.target_node;
    const isShared = other.source_node === ran.source_node || other.target_node === ran.target_node;
    return isShared && requestOf(other) !== requestOf(ran)
      ? [about('within_limits', ids, `two migrations from or to ${node} at once`)]
      : [];
  });
  return [...pairs, ...tooMany([ran, ...beside])];
}

/** HA moves guests that it keeps together on the request for one of them: they count as one. */
const requestOf = ({ migration_id, along_with = migration_id }: MigrationSpan): string => along_with;

const overlap = (a: Ran, b: Ran): boolean => a.from < b.to - skew && b.from < a.to - skew;

const requestsOf = (all: readonly MigrationSpan[]): number => new Set(all.map(requestOf)).size;

/** At the start of each, how many of them ran, against the limit then in force: of what began within the skew of clocks, the largest. */
function tooMany(all: readonly Ran[]): Broken[] {
  const crowds = all.map(({ from }) => {
    const crowd = all.filter((one) => one.from <= from && from < one.to - skew);
    const limit = Math.max(0, ...crowd.filter((one) => one.from >= from - skew).map((one) => one.limit));
    return { crowd, limit, excess: requestsOf(crowd) - limit };
  });
  const worst = crowds.sort((a, b) => b.excess - a.excess)[0];
  if (!worst || worst.excess <= 0) return [];
  const ids = worst.crowd.map(({ migration_id }) => migration_id);
  return [about('within_limits', ids, `${requestsOf(worst.crowd)} migrations ran at once, at most ${worst.limit} may`)];
}
