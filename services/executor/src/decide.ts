import { executionsOf } from '@evenkeel/contracts';
import { failureStop, iso, millis } from '@evenkeel/model';
import type { GuestRow, Proxmox } from '@evenkeel/proxmox';
import { goAlong, leaderOf } from './along.ts';
import { ask } from './ask.ts';
import { askGuest } from './ask-guest.ts';
import { begin, expiry } from './begin.ts';
import type { Held } from './claims.ts';
import { withLeftovers } from './end.ts';
import { type Approved, type Ended, Execution, type Running, type Starting, type Validating } from './execution.ts';
import { follow, type Waited } from './follow.ts';
import { doneKey, executionKey } from './keys.ts';
import { readFailure } from './last-failure.ts';
import { launch } from './launch.ts';
import { locate, lookAtRest, lookAtTask, lookForRealTask, lookForTask, readProgress } from './look.ts';
import { lookAlong } from './look-along.ts';
import { lookBefore } from './look-before.ts';
import { lookForLeftovers } from './look-for-leftovers.ts';
import type { Entry, Outside } from './outside.ts';
import { secondsOf } from './plan-steps.ts';
import type { LogSummary } from './read-log.ts';
import { readOtherMoves } from './read-other-moves.ts';
import { reconcile } from './reconcile.ts';
import type { SaidSoFar } from './report.ts';
import { retire } from './retire.ts';
import { put, type Step, wait } from './steps.ts';
import { isTimeToLook, validate } from './validate.ts';

/** What a pass over the migrations knows of one of them besides itself, and what it read on the way. */
export type Tick = {
  said: SaidSoFar;
  held: Held[];
  logs: Map<string, LogSummary>;
  /** A way back was filed in this pass: what became free is for that. */
  yields: boolean;
  /** What earlier approvals wait for in this pass: whoever lets go of it meanwhile, it is theirs. */
  awaited: Set<string>;
};

/** Reads what the state of a migration makes necessary, and asks the pure function of that state what to do. */
export async function decide(entry: Entry, tick: Tick, outside: Outside): Promise<Step> {
  const { execution, revision } = entry;
  const { proxmox, config, pause, ledger } = outside;
  const time = () => ({ now: proxmox.clock().now, config, pause });
  const waited_ms = elapsed(execution, execution.state, outside);
  if (execution.state === 'approved' && execution.along) {
    const leader = await readLeader(execution.along.with, outside);
    return leader === 'unreadable'
      ? wait('the migration that takes it along is of another version')
      : goAlong(execution, execution.along, leader);
  }
  if (!outside.begins && isYetToBegin(execution)) return wait('nothing begins while the store does not answer');
  switch (execution.state) {
    case 'approved': {
      await askTheTime(execution, proxmox);
      const stop = await stopOf(execution, outside);
      const step = begin(execution, { ...time(), pause: stop, held: tick.held });
      if (step.do === 'wait') return step;
      if (step.do === 'claim' && tick.yields) return wait('a way back goes first');
      if (step.do === 'claim' && isAwaited(lackedBy(execution, step.keys, tick.held), tick.awaited))
        return wait('an earlier approval goes first');
      return (await ledger.get(doneKey(execution.migration))) ? { do: 'drop' } : step;
    }
    case 'claimed': {
      const look = await lookBefore(execution, outside, await readOtherMoves(execution.migration, outside));
      const along = await lookAlong(execution, look, outside);
      const stop = await stopOf(execution, outside);
      return launch(execution, { ...time(), pause: stop, waited_ms, held: tick.held, look, along });
    }
    case 'starting':
      return decideStarting(execution, revision, waited_ms, outside);
    case 'running':
      return decideRunning(execution, waitedOf(execution, waited_ms, outside), tick, outside);
    case 'validating':
      return decideValidating(execution, waited_ms, outside);
    case 'ended': {
      if (await isFollowed(execution, outside)) return wait('a guest that HA takes along is not there yet');
      const rests = !execution.ending.hold || (tick.said.ended && (await lookAtRest(execution, proxmox)));
      return retire(execution, { ...time(), waited_ms, said: tick.said.ended, rests });
    }
  }
}

async function readLeader(
  migration_id: string,
  { ledger, cluster }: Outside,
): Promise<Execution | 'unreadable' | null> {
  const entry = await ledger.get(executionKey({ cluster, migration_id }));
  return entry && (Execution.safeParse(entry.value).data ?? 'unreadable');
}

/** Whether a migration that its request took along is still in the ledger: both ends of the way are held for that, too. */
async function isFollowed({ migration, start }: Ended, { ledger, cluster }: Outside): Promise<boolean> {
  if (!start?.taken_along) return false;
  const kept = (await ledger.list(executionsOf(cluster))).flatMap(({ value }) => Execution.safeParse(value).data ?? []);
  return kept.some((other) => leaderOf(other) === migration.migration_id);
}

/** Keys that it does not hold yet: a process that was killed while it claimed leaves some that it does. */
const lackedBy = ({ migration }: Execution, keys: readonly string[], held: readonly Held[]): string[] =>
  keys.filter((key) => !held.some((one) => one.key === key && one.holder === migration.migration_id));

const isAwaited = (keys: readonly string[], awaited: ReadonlySet<string>): boolean =>
  keys.some((key) => awaited.has(key) || [...awaited].some((wanted) => wanted.endsWith('.') && key.startsWith(wanted)));

/** Its request was not sent yet. */
const isYetToBegin = ({ state }: Execution): boolean => state === 'approved' || state === 'claimed';

/** The clock of a cluster may have been set since its last answer: nothing is refused by it before it has been asked once more. */
async function askTheTime(execution: Approved, proxmox: Proxmox): Promise<void> {
  if (expiry(execution, proxmox.clock().now)) await ask(proxmox.version());
}

/** Why nothing is to start now, or null: a pause, or a failure that was noted since; a way back is for a guest that is not well. */
async function stopOf({ migration }: Execution, outside: Outside): Promise<string | null> {
  const { pause, config, automation, cluster, proxmox } = outside;
  if (pause !== null || migration.parent_id !== undefined) return pause;
  const failed = await readFailure(outside);
  return failureStop(failed, { cluster, now: proxmox.clock().now, config, automation }) ?? null;
}

/** A move counts from its start, also where that was before this process. Read before the looks: what was waited for has had at least that long when it was looked at, even where this process stood still since. */
const elapsed = (execution: Execution, stage: string, { watch, proxmox }: Outside): number => {
  const { now, scale } = proxmox.clock();
  const before =
    execution.state === 'running' && stage === 'running' ? Math.max(0, now - millis(execution.started_at)) : 0;
  return watch.elapsed(executionKey(execution.migration), stage, scale, before);
};

function waitedOf(execution: Running, running: number, outside: Outside): Waited {
  const { settling_since, stop_asked_at } = execution;
  const since = (what: string, at: string | undefined) => (at ? elapsed(execution, `${what} ${at}`, outside) : 0);
  return { running, settling: since('settling', settling_since), stopping: since('stopping', stop_asked_at) };
}

async function decideStarting(
  execution: Starting,
  revision: number,
  waited_ms: number,
  outside: Outside,
): Promise<Step> {
  const { proxmox, config, patience, watch } = outside;
  const unchanged_ms = watch.unchanged(executionKey(execution.migration), revision);
  const { found, complete } = await lookForTask(execution, proxmox);
  const place = await locate(execution.migration, proxmox);
  const { now } = proxmox.clock();
  return reconcile(execution, {
    now,
    config,
    patience,
    unchanged_ms,
    waited_ms,
    user: proxmox.user,
    tasks: found,
    complete,
    ...place,
  });
}

async function decideRunning(execution: Running, waited: Waited, tick: Tick, outside: Outside): Promise<Step> {
  const { proxmox, config } = outside;
  const task = await lookAtTask(execution, proxmox);
  if (task.state === 'running') {
    const log = await readProgress(execution, tick.said, proxmox);
    if (log) tick.logs.set(execution.migration.migration_id, log);
    task.log = log;
  }
  const real_task = await lookForRealTask(execution, proxmox);
  const place = await locate(execution.migration, proxmox);
  const step = follow(execution, { now: proxmox.clock().now, waited, config, task, real_task, ...place });
  return clearUp(step, execution, place.guest, outside);
}

async function decideValidating(execution: Validating, waited_ms: number, outside: Outside): Promise<Step> {
  const { proxmox, config, pause } = outside;
  const place = await locate(execution.migration, proxmox);
  const there = place.guest?.node === execution.migration.target_node ? place.guest : undefined;
  const signs = there && isTimeToLook(execution, waited_ms) ? await askGuest(there, outside) : null;
  const step = validate(execution, { now: proxmox.clock().now, waited_ms, config, pause, ...place, signs });
  if (!outside.begins && endsWithWayBack(step)) return wait('a way back is decided on once the store answers');
  return clearUp(step, execution, place.guest, outside);
}

/** The approval of a way back counts from this step: one that cannot be filed soon would expire first. */
const endsWithWayBack = (step: Step): boolean =>
  step.do === 'put' && step.next.state === 'ended' && step.next.ending.back !== undefined;

/** Cluster seconds for a plan that says nothing of its last step. */
const usualClearing = 60;

/**
 * The last step of a plan: what the move left behind is found and said, on whichever of its two nodes the guest is not; what cannot be
 * seen now is looked for again until the step has used up its time.
 */
async function clearUp(
  step: Step,
  execution: Running | Validating,
  guest: GuestRow | undefined,
  outside: Outside,
): Promise<Step> {
  const { migration, before, clearing_since } = execution;
  const { source_node, target_node, vmid } = migration;
  const node = guest?.node === target_node ? source_node : target_node;
  if (step.do !== 'put' || step.next.state !== 'ended' || step.next.ending.hold) return step;
  const has_disks = (before?.local_disks ?? 0) > 0;
  const isThere = guest !== undefined && [source_node, target_node].includes(guest.node);
  if (!isThere || (node === source_node && !has_disks)) return step;
  const now = () => iso(outside.proxmox.clock().now);
  if (!clearing_since) return put({ ...execution, clearing_since: now() });
  const waited_ms = elapsed(execution, 'clearing', outside);
  const look = await lookForLeftovers(outside.proxmox, { vmid, node, guest, has_disks });
  const limit = secondsOf(migration.migration_plan, 'cleanup') ?? usualClearing;
  if (look.passes && waited_ms < 1000 * limit) return wait(`to be cleared up: ${look.unseen}`);
  return put(withLeftovers(step.next, node, look, now()));
}
