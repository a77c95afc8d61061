import type { ClusterSample, Invariant, MigrationSpan } from '@evenkeel/contracts';
import { millis, minutes, oldestSample } from '@evenkeel/model';

export type Broken = { invariant: Invariant; migration_ids: string[]; sentence: string };

/** Clocks of executors on different machines may differ by so much, milliseconds. */
const skew = 5_000;
/** A request that is under way when its approval expires may still arrive, milliseconds. */
const underway = 60_000;

type Ran = MigrationSpan & { from: number; to: number };

/** What this migration breaks, beside the others of the last day: only what their events prove, so that nothing is stopped by mistake. */
export function brokenBy(span: MigrationSpan, others: readonly MigrationSpan[]): Broken[] {
  const ran = ranOf(span);
  const beside = others.filter(({ migration_id }) => migration_id !== span.migration_id);
  return [
    ...twoEnds(span),
    ...executedTwice(span, beside),
    ...startedLate(span),
    ...startedOnOld(span),
    ...movedTooSoon(span, beside),
    ...(ran
      ? besides(
          ran,
          beside.flatMap((other) => ranOf(other) ?? []),
        )
      : []),
  ];
}

/** Null until it is known from when to when it ran. */
function ranOf(span: MigrationSpan): Ran | null {
  const [start, end] = [span.starts[0], span.ends[0]];
  return start && end ? { ...span, from: millis(start.at), to: millis(end.at) } : null;
}

const about = (invariant: Invariant, ids: readonly string[], sentence: string): Broken => ({
  invariant,
  migration_ids: [...ids].sort().slice(0, 20),
  sentence: sentence.slice(0, 240),
});

function twoEnds({ migration_id, guest, starts, ends }: MigrationSpan): Broken[] {
  const kinds = ends.map(({ kind }) => kind);
  const was = starts.length > 0 && kinds.includes('refused') ? ['started', ...kinds] : kinds;
  return was.length > 1 ? [about('one_end', [migration_id], `the move of ${guest} was ${was.join(' and ')}`)] : [];
}

function executedTwice(
  { migration_id, guest, starts, ends }: MigrationSpan,
  others: readonly MigrationSpan[],
): Broken[] {
  const own = [...new Set([...starts, ...ends].flatMap(({ upid }) => (upid ? [upid] : [])))];
  const shared = others.filter((other) => other.starts.some(({ upid }) => own.includes(upid)));
  return [
    ...(tasksOf(own) > 1
      ? [
          about(
            'executed_once',
            [migration_id],
            `one approval for ${guest} has ${tasksOf(own)} tasks: ${own.join(', ')}`,
          ),
        ]
      : []),
    ...shared.map((other) =>
      about('executed_once', [migration_id, other.migration_id], `two approvals share the task of ${guest}: ${own[0]}`),
    ),
  ];
}

/** Under HA one move is two tasks: the request to the HA manager, and the migration that it begins. */
function tasksOf(upids: readonly string[]): number {
  const requests = upids.filter((upid) => upid.split(':')[5] === 'hamigrate').length;
  return Math.max(requests, upids.length - requests);
}

function startedLate({ migration_id, guest, expires_at, starts }: MigrationSpan): Broken[] {
  const late = starts.find(({ at }) => millis(at) > millis(expires_at) + underway);
  if (!late) return [];
  return [
    about('started_in_time', [migration_id], `${guest} started at ${late.at}, its approval expired at ${expires_at}`),
  ];
}

function startedOnOld({ migration_id, guest, sampled_at, starts }: MigrationSpan): Broken[] {
  if (sampled_at === undefined) return [];
  const late = starts.find(({ at }) => millis(at) > millis(sampled_at) + oldestSample + underway);
  if (!late) return [];
  return [about('on_fresh_samples', [migration_id], `${guest} started at ${late.at} on a sample of ${sampled_at}`)];
}

/** Whoever approves knows of the guest's last move, and when it was over. */
function movedTooSoon(span: MigrationSpan, others: readonly MigrationSpan[]): Broken[] {
  const { migration_id, guest, identity, approved_at, cooldown_minutes = 0, starts } = span;
  if (!approved_at || identity === undefined || starts.length === 0) return [];
  const approved = millis(approved_at);
  return others
    .filter((other) => other.guest === guest && other.identity === identity)
    .flatMap((other) => {
      const over = other.ends.find(({ kind }) => kind === 'completed');
      const rested = over ? approved - millis(over.at) : -1;
      if (!over || rested < 0 || rested >= minutes(cooldown_minutes) - skew) return [];
      const said = `${guest} had moved at ${over.at}, and was approved at ${approved_at} within ${cooldown_minutes} min`;
      return [about('rests_between_moves', [migration_id, other.migration_id], said)];
    });
}

/** Migrations that began during a pause which a look at the cluster still saw: one that has been asked for at least as long as a request may be under way. */
export function startedWhilePaused(
  spans: readonly MigrationSpan[],
  since: string,
  { at, paused }: Pick<ClusterSample, 'at' | 'paused'>,
): Broken[] {
  if (!paused?.includes(`since ${since}:`)) return [];
  return spans.flatMap(({ migration_id, guest, starts }) => {
    const start = starts.find((one) => millis(one.at) > millis(since) + underway && millis(one.at) <= millis(at));
    if (!start) return [];
    return [
      about(
        'still_while_paused',
        [migration_id],
        `${guest} started at ${start.at}, the cluster is paused since ${since}`,
      ),
    ];
  });
}

const overlap = (a: Ran, b: Ran): boolean => a.from < b.to - skew && b.from < a.to - skew;

function besides(ran: Ran, others: readonly Ran[]): Broken[] {
  const beside = others.filter((other) => overlap(ran, other));
  const pairs = beside.flatMap((other): Broken[] => {
    const ids = [ran.migration_id, other.migration_id];
    if (other.guest === ran.guest)
      return [about('one_move_per_guest', ids, `${ran.guest} was in two migrations at once`)];
    const node = other.source_node === ran.source_node ? ran.source_node : ran.target_node;
    const isShared = other.source_node === ran.source_node || other.target_node === ran.target_node;
    return isShared ? [about('within_limits', ids, `two migrations from or to ${node} at once`)] : [];
  });
  return [...pairs, ...tooMany([ran, ...beside])];
}

/** At the start of each, how many of them ran, against the most that any of these might see beside itself. */
function tooMany(all: readonly Ran[]): Broken[] {
  const crowds = all.map(({ from }) => all.filter((one) => one.from <= from && from < one.to - skew));
  const worst = crowds.sort((a, b) => b.length - a.length)[0] ?? [];
  const limit = Math.max(0, ...worst.map((one) => one.limit));
  if (worst.length <= limit) return [];
  const ids = worst.map(({ migration_id }) => migration_id);
  return [about('within_limits', ids, `${worst.length} migrations ran at once, at most ${limit} may`)];
}
