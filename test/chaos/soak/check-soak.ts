import type { MoveRecord } from '@evenkeel/simulator';
import type { Sent } from '../one-process/replica.ts';
import type { Soaked } from './play-soak.ts';
import { limits } from './soak-cluster.ts';

/** Milliseconds: ten minutes beyond which no sample may be acted on. */
const oldest_sample = 600_000;
/** The longest that HA is made to delay a move, and its rounds. */
const longest_delay = 630_000;
/** Milliseconds within which a permission to write is used, or not at all. */
const slack_ms = 5_000;

/** Everything that was promised never to happen and did in a day, each with the invariant that it breaks; empty where all was kept. */
export const checkSoak = (soaked: Soaked): string[] => [
  ...checkMoves(soaked),
  ...checkEnds(soaked),
  ...checkPosts(soaked),
  ...checkTruth(soaked),
  ...checkOutcomes(soaked),
  ...checkLetters(soaked),
  ...checkRules(soaked),
  ...checkRest(soaked),
  ...soaked.heard.lawless.map((id) => `I17 ${id} does not say why`),
  ...soaked.heard.broken.map((sentence) => `Evenkeel itself says: ${sentence}`),
  ...soaked.leaked.map((text) => `I14 a secret was told: ${text.slice(0, 80)}`),
];

const approvedOf = ({ heard }: Soaked) => [...heard.approved.values()];
const endsOf = ({ heard }: Soaked, id: string) => heard.ends.get(id) ?? [];

const vmidOf = ({ path }: Sent): number => Number(/\/(\d+)\/migrate$/.exec(path)?.[1]);
const postsOf = ({ sent }: Soaked): Sent[] => sent.filter(({ method }) => method === 'POST');

/** The approval that a request carries out: of those before it the last that was said to start, else the last. */
function approvalOf(soaked: Soaked, post: Sent) {
  const open = approvedOf(soaked).filter(
    (m) => m.vmid === vmidOf(post) && m.target_node === post.target && Date.parse(m.approved_at) <= post.at,
  );
  const young = open.filter(({ expires_at }) => Date.parse(expires_at) + slack_ms >= post.at);
  return young.findLast(({ migration_id: id }) => soaked.heard.starts.has(id)) ?? young.at(-1) ?? open.at(-1);
}

/** Moves that were requested, each with its request; people, HA and Proxmox's own balancer move guests as well. */
function oursOf(soaked: Soaked): { move: MoveRecord; post: Sent }[] {
  const posts = postsOf(soaked);
  return soaked.truth.moves.flatMap((move) => {
    const { vmid, source, target, started } = move;
    const post = posts.findLast(
      (p) => vmidOf(p) === vmid && p.target === target && p.path.includes(`/${source}/`) && p.at <= started,
    );
    const isFirst =
      post && !soaked.truth.moves.some((m) => m.vmid === vmid && m.started >= post.at && m.started < started);
    return post && isFirst && started - post.at <= longest_delay && !isEmptied(soaked, move) ? [{ move, post }] : [];
  });
}

/** HA itself takes its guests off a node that is in maintenance. */
const isEmptied = ({ troubles }: Soaked, { upid, source }: MoveRecord): boolean =>
  upid.includes('root@pam') &&
  troubles.some((t) => t.do === 'fault' && t.fault.kind === 'maintenance' && t.fault.node === source);

/** I1, I5: no guest, source or target in two migrations at a time, and no more than may run. */
function checkMoves(soaked: Soaked): string[] {
  const ours = oursOf(soaked).map(({ move }) => move);
  return ours.flatMap((move, i) => {
    const beside = ours.filter((m, j) => j !== i && m.started <= move.started && move.started < m.ended);
    return [
      ...(beside.some((m) => m.vmid === move.vmid) ? [`I1 ${move.vmid} was in two migrations at a time`] : []),
      ...(beside.some((m) => m.source === move.source || m.target === move.target)
        ? [`I5 ${move.vmid} began while its source or target was busy`]
        : []),
      ...(beside.length >= limits.max_concurrent ? [`I5 ${move.vmid} began beside ${beside.length} others`] : []),
    ];
  });
}

/** I2: one start at most, one end exactly; nothing was said twice. */
function checkEnds(soaked: Soaked): string[] {
  const { heard } = soaked;
  return [
    ...heard.twice.map((id) => `I2 said twice: ${id}`),
    ...[...heard.approved.keys()].flatMap((id) => {
      const [starts, kinds] = [heard.starts.get(id) ?? [], endsOf(soaked, id).map(({ kind }) => kind)];
      return [
        ...(kinds.length === 1 ? [] : [`I2 ${id} has ${kinds.length} ends: ${kinds.join(', ')}`]),
        ...(starts.length > 1 ? [`I2 ${id} started ${starts.length} times`] : []),
        ...(starts.length > 0 && kinds.includes('refused') ? [`I2 ${id} started and was refused`] : []),
        ...(starts.length === 0 && kinds.includes('completed') ? [`I2 ${id} completed and never started`] : []),
      ];
    }),
  ];
}

/** I3, I4, I11, I13: only what was approved is requested, once, in time, on a sample that is not too old, and never while nothing may move. */
function checkPosts(soaked: Soaked): string[] {
  const { sent, still } = soaked;
  const used = new Map<string, number>();
  const strange = postsOf(soaked).flatMap((post) => {
    const mine = approvalOf(soaked, post);
    if (!mine) return [`I9 nobody approved POST ${post.path} to ${post.target}`];
    used.set(mine.migration_id, (used.get(mine.migration_id) ?? 0) + 1);
    const sampled = Date.parse(mine.sampled_at ?? mine.approved_at);
    const late = post.at - Math.min(Date.parse(mine.expires_at), sampled + oldest_sample);
    return late > slack_ms ? [`I4 ${mine.migration_id} was sent ${Math.round(late / 1000)} s too late`] : [];
  });
  const silent = sent.filter(({ at }) => still.some(({ from, to }) => from < at && at < to));
  return [
    ...strange,
    ...[...used].flatMap(([id, times]) => (times > 1 ? [`I3 ${id} was sent ${times} times`] : [])),
    ...silent.map(({ method, path }) => `I11 ${method} ${path} although nothing may be moved`),
  ];
}

/** I2: what was said of a migration is what became of it, whenever HA came to it. */
function checkTruth(soaked: Soaked): string[] {
  const moves = new Map<string | undefined, MoveRecord[]>();
  for (const { move, post } of oursOf(soaked)) {
    const id = approvalOf(soaked, post)?.migration_id;
    moves.set(id, [...(moves.get(id) ?? []), move]);
  }
  return [...soaked.heard.approved.keys()].flatMap((id) => {
    const [end] = endsOf(soaked, id);
    const own = moves.get(id) ?? [];
    const arrived = own.some((move) => hasArrived(soaked, move) === true);
    if (own.length > 1) return [`I3 ${id} was carried out ${own.length} times`];
    if (end?.kind === 'refused' && own.length > 0) return [`I2 ${id} was refused and carried out`];
    if (end?.kind === 'failed' && arrived) return [`I2 ${id} failed, but the guest has moved`];
    if (end?.kind !== 'completed') return [];
    const { approved_at } = soaked.heard.approved.get(id)!;
    if (Date.parse(end.at) < Date.parse(approved_at)) return [`I2 ${id} completed before it was approved`];
    return own.length === 0 && !wasMoved(soaked, id) ? [`I2 ${id} completed, but the guest has not moved`] : [];
  });
}

/** Whether the guest was on its target after a move, whatever its task said; undefined where it is gone. */
function hasArrived({ truth }: Soaked, move: MoveRecord): boolean | undefined {
  const next = truth.moves.find((m) => m.vmid === move.vmid && m.started >= move.ended && m !== move);
  const after = next?.source ?? truth.guests.find(({ vmid }) => vmid === move.vmid)?.node;
  return after === undefined ? undefined : after === move.target;
}

/** Somebody else may have carried out what was asked for, such as HA before it came to our request. */
function wasMoved({ truth, heard }: Soaked, id: string): boolean {
  const { vmid, target_node, approved_at } = heard.approved.get(id)!;
  return truth.moves.some((m) => m.vmid === vmid && m.target === target_node && m.ended >= Date.parse(approved_at));
}

/** I6: what was completed was judged, once for each horizon that has passed; no event was lost on the way there. */
function checkOutcomes(soaked: Soaked): string[] {
  const { heard, truth } = soaked;
  const hour = 3_600_000 + 2_000 * soaked.options.sample_interval_seconds;
  return [...heard.ends].flatMap(([id, [end]]) => {
    const judged = (horizon: string): number => heard.outcomes.get(`${id} ${horizon}`) ?? 0;
    if (end?.kind !== 'completed')
      return judged('5m') + judged('1h') > 0 ? [`I6 ${id} was judged and did not complete`] : [];
    const due = truth.now - Date.parse(end.at) > hour ? ['5m', '1h'] : [];
    return due.flatMap((horizon) =>
      judged(horizon) === 1 ? [] : [`I6 ${id} has ${judged(horizon)} outcomes of ${horizon}`],
    );
  });
}

/** I8: what nobody can read is laid aside by each that hears it, and nothing else is. */
function checkLetters({ letters, poisons }: Soaked): string[] {
  const readers = 2;
  return [
    ...letters.filter(({ id }) => !poisons.includes(id)).map(({ id, reason }) => `I8 laid aside: ${id}: ${reason}`),
    ...poisons.flatMap((poison) => {
      const found = letters.filter(({ id }) => id === poison).length;
      return found === readers ? [] : [`I8 ${poison} was laid aside ${found} times, by ${readers} that hear it`];
    }),
  ];
}

/** I9, I10, I12, I15: what was approved without need keeps to what people and rules say, pays, and neither comes too soon nor goes back. */
function checkRules(soaked: Soaked): string[] {
  const { options, heard } = soaked;
  const chosen = approvedOf(soaked).filter(({ mandatory, parent_id }) => !mandatory && !parent_id);
  const completed = [...heard.ends].flatMap(([id, [end]]) => {
    const approved = heard.approved.get(id);
    return end?.kind === 'completed' && approved ? [{ ...approved, at: Date.parse(end.at) }] : [];
  });
  return chosen.flatMap(({ migration_id: id, vmid, guest, target_node, approved_at, expected, exchange }) => {
    const now = Date.parse(approved_at);
    const last = completed
      .filter((one) => one.guest === guest && one.at < now)
      .sort((a, b) => a.at - b.at)
      .at(-1);
    const minutes = last ? (now - last.at) / 60_000 : Number.POSITIVE_INFINITY;
    const returns = last?.source_node === target_node && minutes < 60 * limits.rollback_window_hours;
    return [
      ...(ignored.includes(vmid) ? [`I9 ${id} moves a guest that is tagged to be ignored`] : []),
      ...(minutes < limits.cooldown_minutes ? [`I12 ${id} comes ${Math.round(minutes)} min after the last`] : []),
      ...(returns ? [`I12 ${id} goes back after ${Math.round(minutes)} min`] : []),
      ...(expected.improvement.expected > 0 || exchange ? [] : [`I10 ${id} promises ${expected.improvement.expected}`]),
      ...(options.seed % 2 === 1 && isService(soaked, vmid) ? [`I15 ${id} moves a guest that Proxmox balances`] : []),
    ];
  });
}
const ignored = [106, 107, 108];
const isService = ({ services }: Soaked, vmid: number): boolean => services.includes(vmid);

/** I13: left alone, everything comes to its end by itself, and runs go on to the last. */
function checkRest({ held, truth, heard: { lastRun } }: Soaked): string[] {
  const silence = Math.round((truth.now - lastRun) / 60_000);
  return [
    ...(held.length > 0 ? [`I13 the ledger still holds ${held.join(', ')}`] : []),
    ...(silence > 30 ? [`I13 the last run was ${silence} min before the end`] : []),
  ];
}
