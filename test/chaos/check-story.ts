import {
  type AnyEvent,
  type CloudEvent,
  type DataOf,
  migrationApproved,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
  migrationStarted,
  outcomeRecorded,
} from '@evenkeel/contracts';
import { isTaskOk, type TaskRow } from '@evenkeel/proxmox';
import { typeOf } from '@evenkeel/runtime';
import type { Truth } from '@evenkeel/simulator';

export type Witness = {
  /** Every decision event, as stored. */
  events: CloudEvent[];
  /** What the cluster really did, whoever said what of it. */
  truth: Truth;
  /** Migration tasks that the cluster knows. */
  tasks: TaskRow[];
  dead_letters: string[];
  max_concurrent: number;
};

const horizons = ['5m', '1h', '24h'];

/** Everything in a story that Evenkeel promises never happens; empty where it kept its word. Faults of the cluster itself are not expected. */
export const checkStory = (witness: Witness): string[] => [...checkMigrations(witness), ...checkOutcomes(witness)];

/** The same where nobody judges. */
export function checkMigrations(witness: Witness): string[] {
  return [
    ...checkEnds(witness),
    ...checkMoves(witness),
    ...checkOverlaps(witness),
    ...saidTwice(witness),
    ...witness.dead_letters.map((reason) => `laid aside: ${reason}`),
  ];
}

function all<E extends AnyEvent>({ events }: Witness, event: E): DataOf<E>[] {
  return events.filter(({ type }) => type === typeOf(event)).map(({ data }) => event.data.parse(data));
}

const idsOf = (said: { migration: { migration_id: string } }[]): string[] =>
  said.map(({ migration }) => migration.migration_id);

/** Each approval has one end, and each started migration ends completed or failed. */
function checkEnds(witness: Witness): string[] {
  const started = new Set(idsOf(all(witness, migrationStarted)));
  const ends = (id: string): string[] =>
    [migrationCompleted, migrationFailed, migrationRefused].flatMap((event) =>
      idsOf(all(witness, event))
        .filter((ended) => ended === id)
        .map(() => event.name),
    );
  return idsOf(all(witness, migrationApproved)).flatMap((id) => {
    const found = ends(id);
    if (found.length !== 1) return [`${id} has ${found.length} ends: ${found.join(', ')}`];
    if (started.has(id) && found[0] === migrationRefused.name) return [`${id} started and was refused`];
    if (!started.has(id) && found[0] === migrationCompleted.name) return [`${id} completed and never started`];
    return [];
  });
}

/** Each move of the cluster is that of one approval, and each started migration is one move. */
function checkMoves(witness: Witness): string[] {
  const started = all(witness, migrationStarted);
  const { moves, running } = witness.truth;
  const moved = moves.flatMap(({ upid, vmid, target }) => {
    const ours = started.filter((s) => s.upid === upid);
    if (ours.length !== 1) return [`move ${upid} of ${vmid} belongs to ${ours.length} migrations`];
    const [{ migration }] = ours as [(typeof started)[number]];
    return migration.vmid === vmid && migration.target_node === target ? [] : [`${upid} is not what was approved`];
  });
  const known = new Set(moves.map(({ upid }) => upid));
  return [
    ...moved,
    ...started.filter(({ upid }) => !known.has(upid)).map(({ upid }) => `${upid} was said to start and never ran`),
    ...running.map(({ upid }) => `${upid} still runs`),
    ...witness.tasks.filter(({ upid }) => !known.has(upid)).map(({ upid }) => `task ${upid} is no move`),
    ...witness.tasks.filter((t) => t.status && !isTaskOk(t.status)).map((t) => `task ${t.upid} ended in ${t.status}`),
  ];
}

/** No guest, no source and no target in two migrations at once, and no more than may run at a time. */
function checkOverlaps({ truth: { moves }, max_concurrent }: Witness): string[] {
  return moves.flatMap((move) => {
    const beside = moves.filter((m) => m !== move && m.started <= move.started && move.started < m.ended);
    const shared = beside.filter((m) => m.vmid === move.vmid || m.source === move.source || m.target === move.target);
    return [
      ...shared.map((m) => `${move.upid} began while ${m.upid} ran`),
      ...(beside.length >= max_concurrent ? [`${move.upid} began beside ${beside.length} others`] : []),
    ];
  });
}

/** A completed migration has one outcome per horizon, and nothing else has any. */
function checkOutcomes(witness: Witness): string[] {
  const recorded = all(witness, outcomeRecorded).map(({ outcome }) => `${outcome.migration_id} ${outcome.horizon}`);
  const due = idsOf(all(witness, migrationCompleted)).flatMap((id) => horizons.map((horizon) => `${id} ${horizon}`));
  return [
    ...due.filter((id) => !recorded.includes(id)).map((id) => `no outcome ${id}`),
    ...recorded
      .filter((id, i) => !due.includes(id) || recorded.indexOf(id) !== i)
      .map((id) => `one outcome too many: ${id}`),
  ];
}

const saidTwice = ({ events }: Witness): string[] => {
  const ids = events.map(({ id }) => id);
  return ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `said twice: ${id}`);
};
