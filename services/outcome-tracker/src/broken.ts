import type { ClusterSample, MigrationSpan } from '@evenkeel/contracts';
import { millis, minutes, oldestSample } from '@evenkeel/model';
import { atOnce, skew } from './at-once.ts';
import { about, type Broken } from './breach.ts';

/** A request that is under way when its approval expires may still arrive, milliseconds. */
const underway = 60_000;

/** What this migration breaks by now, beside the others of the last day: only what their events prove, so that nothing is stopped by mistake. */
export function brokenBy(span: MigrationSpan, others: readonly MigrationSpan[], now: number): Broken[] {
  const beside = others.filter(({ migration_id }) => migration_id !== span.migration_id);
  return [
    ...twoEnds(span),
    ...executedTwice(span, beside),
    ...startedLate(span),
    ...startedOnOld(span),
    ...movedTooSoon(span, beside),
    ...atOnce(span, beside, now),
  ];
}

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
