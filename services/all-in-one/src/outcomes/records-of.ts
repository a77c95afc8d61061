import type { DataOf, JudgedMove, migrationFailed, Outcome } from '@evenkeel/contracts';
import {
  blamed,
  failedMove,
  judgedOf,
  mostOfGuest,
  mostOfPair,
  rememberJudged,
} from '@evenkeel/filter-pipeline/outcomes';

export type Failure = Pick<DataOf<typeof migrationFailed>, 'migration' | 'failed_at' | 'fault'>;

/** What is remembered of a pair or a guest, with how many migrations it had. */
export type SuccessRecord<Key> = { key: Key; moves: number; judged: JudgedMove[] };

type About = { guest: string; name: string; source: string; target: string };
type Told = { about: About; judged: JudgedMove | undefined; pair: boolean; guest: boolean };

function tellings(outcomes: readonly Outcome[], failures: readonly Failure[]): Told[] {
  const aboutOf = (m: { guest: string; name: string; source_node: string; target_node: string }): About => ({
    guest: m.guest,
    name: m.name,
    source: m.source_node,
    target: m.target_node,
  });
  return [
    ...outcomes.map((outcome) => ({ about: aboutOf(outcome), judged: judgedOf(outcome), pair: true, guest: true })),
    ...failures.map(({ migration, failed_at, fault }) => ({
      about: aboutOf(migration),
      judged: failedMove(migration, failed_at),
      ...blamed(fault),
    })),
  ];
}

function recordsBy<Key extends object>(told: readonly Told[], most: number, keyOf: (about: About) => Key) {
  const groups = Map.groupBy(told, ({ about }) => JSON.stringify(keyOf(about)));
  return [...groups]
    .sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1))
    .map(
      ([, members]): SuccessRecord<Key> => ({
        key: keyOf(members[0]!.about),
        moves: members.length,
        judged: members.reduce<JudgedMove[]>(
          (all, { judged }) => (judged ? rememberJudged(all, judged, most) : all),
          [],
        ),
      }),
    );
}

/** The records by which filters 8 and 12 go: what was not made for what it brings counts for neither, a failure against whom it is to blame on. */
export function recordsOf(outcomes: readonly Outcome[], failures: readonly Failure[]) {
  const told = tellings(outcomes, failures);
  const ofPairs = told.filter(({ pair }) => pair);
  const ofGuests = told.filter(({ guest }) => guest);
  return {
    pairs: recordsBy(ofPairs, mostOfPair, ({ source, target }) => ({ source, target })),
    guests: recordsBy(ofGuests, mostOfGuest, ({ guest, name }) => ({ guest, name })),
  };
}
