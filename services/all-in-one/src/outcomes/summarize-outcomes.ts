import type { JudgedMove, Outcome } from '@evenkeel/contracts';
import { successRate } from '@evenkeel/model';
import { byConfidence, type ConfidenceBand } from './by-confidence.ts';
import { latestLook } from './latest-look.ts';
import { type Failure, recordsOf, type SuccessRecord } from './records-of.ts';

export type Tally = {
  judged: number;
  beneficial: number;
  neutral: number;
  harmful: number;
  failed: number;
  rate: number;
};

/** A recommendation that a filter held back. */
export type HeldBack = { filter: string; order: number; guest: string; source_node: string; target_node: string };

/** What a filter held back: decisions, the different moves among them, and how those that were made later turned out. */
export type FilterTally = { filter: string; decisions: number; moves: number; made_later: number; later: Tally };

export type OutcomesSummary = {
  /** One a migration, by the latest look at it; oldest first. */
  outcomes: Outcome[];
  all: Tally;
  by_pair: ({ source: string; target: string } & Tally)[];
  by_guest: ({ guest: string; name: string } & Tally)[];
  by_filter: FilterTally[];
  /** By the confidence that was given: how many turned out beneficial, which is what it is the chance of. */
  by_confidence: ConfidenceBand[];
  /** Share of the judged ones in which the truth lay inside the 90 % interval. */
  inside: { gain: Share; target_cpu: Share; duration: Share };
  /** Mean of actual less expected gain, and of its absolute value, points. */
  gain_error: { mean: number; absolute: number } | null;
};

export type Share = { inside: number; of: number };

/** The latest judgement of each migration. */
const latestOf = (outcomes: readonly Outcome[]): Outcome[] =>
  latestLook(outcomes, ({ migration_id, completed_at }) => ({ id: migration_id, at: completed_at }));

/** What filters learned from these, or would have. */
function tallyOf(judged: readonly Pick<JudgedMove, 'at' | 'verdict'>[], now: number): Tally {
  const count = (verdict: JudgedMove['verdict']): number => judged.filter((j) => j.verdict === verdict).length;
  return {
    judged: judged.length,
    beneficial: count('beneficial'),
    neutral: count('neutral'),
    harmful: count('harmful'),
    failed: count('failed'),
    rate: successRate(judged, now).rate,
  };
}

/** Every judgement, of moves that had to be made as well. */
const judgementsOf = (outcomes: readonly Outcome[]): Pick<JudgedMove, 'at' | 'verdict'>[] =>
  outcomes.flatMap(({ verdict, completed_at }) => (verdict ? [{ verdict, at: completed_at }] : []));

const withTally = <Key extends object>({ key, judged }: SuccessRecord<Key>, now: number): Key & Tally => ({
  ...key,
  ...tallyOf(judged, now),
});

const moveOf = (m: { guest: string; source_node: string; target_node: string }): string =>
  JSON.stringify([m.guest, m.source_node, m.target_node]);

function byFilter(heldBack: readonly HeldBack[], outcomes: readonly Outcome[], now: number): FilterTally[] {
  const held = new Map<string, { order: number; decisions: number; moves: Set<string> }>();
  for (const move of heldBack) {
    const known = held.get(move.filter) ?? { order: move.order, decisions: 0, moves: new Set() };
    known.decisions += 1;
    known.moves.add(moveOf(move));
    held.set(move.filter, known);
  }
  return [...held]
    .sort(([, a], [, b]) => a.order - b.order)
    .map(([filter, { decisions: count, moves }]) => {
      const later = outcomes.filter((o) => moves.has(moveOf(o)));
      return {
        filter,
        decisions: count,
        moves: moves.size,
        made_later: later.length,
        later: tallyOf(judgementsOf(later), now),
      };
    });
}

type Interval = { low: number; high: number };

function shareInside(pairs: readonly (readonly [Interval | undefined, number | undefined])[]): Share {
  const known = pairs.filter((p): p is readonly [Interval, number] => p[0] !== undefined && p[1] !== undefined);
  const inside = known.filter(([{ low, high }, actual]) => actual >= low && actual <= high).length;
  return { inside, of: known.length };
}

/** What was expected of migrations against what came, in all and by pair, guest, filter and confidence; `now` in epoch milliseconds. */
export function summarizeOutcomes(
  all: readonly Outcome[],
  heldBack: readonly HeldBack[],
  now: number,
  failures: readonly Failure[] = [],
): OutcomesSummary {
  const outcomes = latestOf(all);
  const records = recordsOf(outcomes, failures);
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  const mean = (values: number[]): number => values.reduce((sum, v) => sum + v, 0) / values.length;
  return {
    outcomes,
    all: tallyOf(judgementsOf(outcomes), now),
    by_pair: records.pairs.map((record) => withTally(record, now)),
    by_guest: records.guests.map((record) => withTally(record, now)),
    by_filter: byFilter(heldBack, outcomes, now),
    by_confidence: byConfidence(outcomes),
    inside: {
      gain: shareInside(outcomes.map((o) => [o.expected_gain, o.actual_gain])),
      target_cpu: shareInside(all.map((o) => [o.target_cpu.predicted, o.target_cpu.actual])),
      duration: shareInside(outcomes.map((o) => [o.duration_seconds.predicted, o.duration_seconds.actual])),
    },
    gain_error: errors.length === 0 ? null : { mean: mean(errors), absolute: mean(errors.map(Math.abs)) },
  };
}
