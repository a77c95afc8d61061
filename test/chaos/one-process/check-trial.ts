import {
  type AnyEvent,
  type ApprovedMigration,
  type DataOf,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
  migrationStarted,
} from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import type { MoveRecord } from '@evenkeel/simulator';
import type { Witness } from './play-trial.ts';
import type { Sent } from './replica.ts';
import type { Trial } from './trial.ts';

/** As configured in a trial. */
const usual_concurrent = 2;
/** Seconds beyond which nobody may act on a sample. */
const oldest_sample_s = 600;

/** Everything that was promised never to happen and did, each with the invariant that it breaks; empty where all was kept. */
export function checkTrial(given: Witness, max_concurrent = usual_concurrent): string[] {
  const backs = waysBack(given);
  const witness = { ...given, approved: [...given.approved, ...backs] };
  return [
    ...checkBacks(given, backs),
    ...checkEnds(witness),
    ...checkPosts(witness),
    ...checkMoves(witness, max_concurrent),
    ...checkTruth(witness),
    ...checkStill(witness),
    ...checkAborts(witness),
    ...checkPairs(witness),
    ...(witness.ended ? [] : [`I2 it did not come to its end; held: ${witness.held.join(', ') || 'nothing'}`]),
  ];
}

/** Migrations that the executor decided on by itself: they take a guest back. */
const waysBack = (witness: Witness): ApprovedMigration[] => {
  const told = [migrationStarted, migrationRefused, migrationFailed].flatMap((event) => all(witness, event));
  const backs = told.flatMap(({ migration }) => (migration.parent_id === undefined ? [] : [migration]));
  return [...new Map(backs.map((migration) => [migration.migration_id, migration])).values()];
};

/** I3: a way back is what a migration that ended said of itself, and takes its guest to where that came from. */
function checkBacks(witness: Witness, backs: ApprovedMigration[]): string[] {
  const wanted = all(witness, migrationCompleted).filter(({ rollback }) => rollback?.wanted === true);
  const leadsBack = (back: ApprovedMigration) =>
    wanted.some(
      ({ migration: m, rollback }) =>
        rollback?.migration_id === back.migration_id && m.source_node === back.target_node && m.vmid === back.vmid,
    );
  const unsaid = backs.filter((back) => !leadsBack(back)).map((back) => `I3 nobody wanted ${back.migration_id}`);
  const undone = wanted.filter(({ rollback }) => !backs.some((back) => back.migration_id === rollback?.migration_id));
  return [...unsaid, ...undone.map(({ rollback }) => `I2 ${rollback?.migration_id} was wanted and forgotten`)];
}

function all<E extends AnyEvent>({ events }: Witness, event: E): DataOf<E>[] {
  return events.filter(({ type }) => type === typeOf(event)).map(({ data }) => event.data.parse(data));
}
const idsOf = (told: { migration: { migration_id: string } }[]): string[] =>
  told.map(({ migration }) => migration.migration_id);
const countOf = <T>(items: readonly T[], one: T): number => items.filter((item) => item === one).length;

/** I2: each approval has one end; what has started ended completed or failed, and was said to start once. */
function checkEnds(witness: Witness): string[] {
  const started = idsOf(all(witness, migrationStarted));
  const completed = idsOf(all(witness, migrationCompleted));
  const refused = idsOf(all(witness, migrationRefused));
  const ends = [...completed, ...idsOf(all(witness, migrationFailed)), ...refused];
  return witness.approved.flatMap(({ migration_id: id }) => [
    ...(countOf(ends, id) === 1 ? [] : [`I2 ${id} has ${countOf(ends, id)} ends`]),
    ...(countOf(started, id) > 1 ? [`I2 ${id} started ${countOf(started, id)} times`] : []),
    ...(started.includes(id) && refused.includes(id) ? [`I2 ${id} started and was refused`] : []),
    ...(completed.includes(id) && !started.includes(id) ? [`I2 ${id} completed and never started`] : []),
  ]);
}

const vmidOf = (path: string): number => Number(/\/(\d+)\/migrate$/.exec(path)?.[1]);

/** How much longer a replica may take a time to be than it is, by the slowest clock of a trial. */
const slownessOf = ({ troubles }: Trial): number =>
  Math.max(0, ...troubles.flatMap((t) => (t.do === 'clock' && t.fast_percent ? [-t.fast_percent / 100] : [])));

/** I3, I4, I9: only what was approved is requested, once at most, and never for what is too old by the cluster's own clock, but for as much as a slow one is wrong. */
function checkPosts({ sent, approved, trial }: Witness): string[] {
  const posts = sent.filter(({ method }) => method === 'POST');
  const isApproved = (post: Sent) =>
    approved.some((m) => m.vmid === vmidOf(post.path) && m.target_node === post.target);
  const strange = posts.filter((post) => !isApproved(post)).map(({ path }) => `I9 nobody approved POST ${path}`);
  const wrong = approved.flatMap(({ migration_id, vmid, target_node, expires_at, sampled_at, approved_at }) => {
    const own = posts.filter((post) => vmidOf(post.path) === vmid && post.target === target_node);
    const oldest = Math.min(Date.parse(expires_at), Date.parse(sampled_at ?? approved_at) + oldest_sample_s * 1000);
    const wrong_ms = slownessOf(trial) * (oldest - Date.parse(approved_at));
    const late = own.filter(({ at }) => at > oldest + wrong_ms);
    return [
      ...(own.length > 1 ? [`I3 ${migration_id} was sent ${own.length} times`] : []),
      ...late.map(({ at }) => `I4 ${migration_id} was sent ${Math.round((at - oldest) / 1000)} s too late`),
    ];
  });
  return [...strange, ...wrong];
}

/** Moves that were approved; people move guests as well, but never to where an approval would. */
const oursOf = ({ truth, approved }: Witness): MoveRecord[] =>
  truth.moves.filter(({ vmid, target }) => approved.some((m) => m.vmid === vmid && m.target_node === target));

/** Whether HA moves one guest on the request for another. */
const goAlong = (a: number, b: number, { trial }: Witness): boolean =>
  trial.by_ha === true && trial.approvals.some(({ vmid, companions = [] }) => vmid === a && companions.includes(b));

/** I1, I5: no guest, source or target in two migrations at a time, and no more at a time than configured; what HA moves on one request counts as one. */
function checkMoves(witness: Witness, max_concurrent: number): string[] {
  const ours = oursOf(witness);
  return ours.flatMap((move, i) => {
    const beside = ours.filter(
      (m, j) => j !== i && m.started <= move.started && move.started < m.ended && !goAlong(move.vmid, m.vmid, witness),
    );
    const [guest, node] = [
      beside.some((m) => m.vmid === move.vmid),
      beside.some((m) => m.source === move.source || m.target === move.target),
    ];
    return [
      ...(guest ? [`I1 ${move.vmid} was in two migrations at a time`] : []),
      ...(node ? [`I5 ${move.vmid} began while its source or target was busy`] : []),
      ...(beside.length >= max_concurrent ? [`I5 ${move.vmid} began beside ${beside.length} others`] : []),
    ];
  });
}

/** Whether the guest was on its target after a move, whatever its task said; undefined where it is gone, and nobody can tell any more. */
function hasArrived(move: MoveRecord, { truth }: Witness): boolean | undefined {
  const next = truth.moves.find((m) => m.vmid === move.vmid && m.started >= move.ended && m !== move);
  const after = next?.source ?? truth.guests.find(({ vmid }) => vmid === move.vmid)?.node;
  return after === undefined ? undefined : after === move.target;
}

/** Whether HA took it off its target again before anybody said how it ended: it stood where it came from, as after any failure. */
function wasTakenBack(move: MoveRecord, told: number, { truth }: Witness): boolean {
  const next = truth.moves.find((m) => m.vmid === move.vmid && m.source === move.target && m.started >= move.ended);
  return next !== undefined && next.ended <= told;
}

/** I2: what was said of a migration is what really became of it; HA itself takes its guests off a node in maintenance, and tries again, asked by nobody. */
function checkTruth(witness: Witness): string[] {
  const completed = new Set(idsOf(all(witness, migrationCompleted)));
  const refused = new Set(idsOf(all(witness, migrationRefused)));
  const failedAt = new Map(
    all(witness, migrationFailed).map(({ migration, failed_at }) => [migration.migration_id, Date.parse(failed_at)]),
  );
  return witness.approved.flatMap(({ migration_id: id, vmid, target_node }) => {
    const isFor = (other: number) => other === vmid || goAlong(vmid, other, witness);
    const posts = witness.sent.filter((post) => isFor(vmidOf(post.path)) && post.target === target_node);
    const isAsked = (move: MoveRecord) => posts.some(({ at }) => at <= move.started);
    const moves = witness.truth.moves.filter((m) => m.vmid === vmid && m.target === target_node && isAsked(m));
    const told = failedAt.get(id) ?? 0;
    const arrivals = moves.map((move) => hasArrived(move, witness) && !wasTakenBack(move, told, witness));
    if (arrivals.includes(undefined)) return [];
    const arrived = arrivals.includes(true);
    return [
      ...(moves.length > 1 && posts.length > 1 ? [`I3 ${id} was carried out ${moves.length} times`] : []),
      ...(refused.has(id) && moves.length > 0 ? [`I2 ${id} was refused and carried out`] : []),
      ...(completed.has(id) && !arrived ? [`I2 ${id} completed, but the guest has not moved`] : []),
      ...(!completed.has(id) && !refused.has(id) && arrived ? [`I2 ${id} failed, but the guest has moved`] : []),
    ];
  });
}

/** I9: of those that a rule binds together none is sent after another whose end was told elsewhere, and none goes back alone. */
function checkPairs(witness: Witness): string[] {
  const lost = [
    ...all(witness, migrationFailed).map(({ migration, failed_at: at }) => ({ migration, at })),
    ...all(witness, migrationRefused).map(({ migration, refused_at: at }) => ({ migration, at })),
  ];
  const nodeOf = (vmid: number) => witness.truth.guests.find((guest) => guest.vmid === vmid)?.node;
  const late = witness.approved.flatMap(({ migration_id, vmid, target_node, companions = [], parent_id }) => {
    const gone = lost.filter(({ migration: m }) => companions.includes(m.guest) && m.parent_id === undefined);
    const own = witness.sent.filter((post) => vmidOf(post.path) === vmid && post.target === target_node);
    const alone = gone.some(
      ({ migration, at }) => own.some((post) => post.at > Date.parse(at)) && migration.target_node === target_node,
    );
    return alone && parent_id === undefined ? [`I9 ${migration_id} was sent although its companion had not gone`] : [];
  });
  const backs = all(witness, migrationCompleted).filter(({ migration }) => migration.parent_id !== undefined);
  const parted = backs.flatMap(({ migration: back }) => {
    const there = witness.approved.find(({ migration_id }) => migration_id === back.parent_id);
    const others = (there?.companions ?? []).map((guest) => Number(guest.split('/')[1]));
    return others.some((other) => nodeOf(other) !== nodeOf(back.vmid))
      ? [`I9 ${back.migration_id} parted it from its companion`]
      : [];
  });
  return [...late, ...parted];
}

/** Machine seconds from the last look at failures to the request, at most. */
const last_look_s = 10;
const stop_s = 3600;

/** Where a failure is to stop all that is left, nothing starts for an hour but ways back of guests that are not well; clocks that are off say nothing of that. */
function checkAborts(witness: Witness): string[] {
  const { trial, approved } = witness;
  if (!trial.aborts || trial.troubles.some((t) => t.do === 'clock')) return [];
  const isBack = ({ path, target }: Sent): boolean =>
    approved.some((m) => m.parent_id !== undefined && m.vmid === vmidOf(path) && m.target_node === target);
  const sent = witness.sent.filter((one) => !isBack(one));
  return all(witness, migrationFailed).flatMap(({ migration, failed_at }) => {
    const since = ({ at }: Sent): number => (at - Date.parse(failed_at)) / 1000;
    const late = sent.filter((one) => one.method === 'POST' && since(one) > last_look_s && since(one) < stop_s);
    return late.map(
      (one) => `I9 ${one.path} was sent ${Math.round(since(one))} s after ${migration.migration_id} failed`,
    );
  });
}

/** I11: nothing is written while it is paused, or only observes. */
const checkStill = ({ sent, still }: Witness): string[] =>
  sent.flatMap(({ at, method, path }) =>
    still.some(({ from, to }) => from < at && at < to) ? [`I11 ${method} ${path} although nothing may be moved`] : [],
  );
