import type { RunSummary } from '@evenkeel/contracts';
import type { ClusterStatus, InFlight } from './read-status.ts';

export type Left = { guest: string; name: string; why: string };
/** How far a node is drained; null where no sample has been seen. `stuck`: nothing that is left leaves by itself. */
export type DrainProgress = {
  node: string;
  /** The sample shows that the node is being drained. */
  seen: boolean;
  leaving: Left[];
  stuck: Left[];
  /** Not running; nothing moves them. */
  stopped: string[];
};

/** What is still on a node that is drained, and why. */
export function drainProgress(status: ClusterStatus, node: string): DrainProgress | null {
  const { sample } = status;
  if (!sample) return null;
  const here = sample.guests.filter((g) => g.node === node && !g.template);
  const running = here.filter(({ status }) => status !== 'stopped');
  const told = running.map(({ guest, name }) => ({ guest, name, ...whyStill(decidedOn(status, node), guest, node) }));
  const pick = (stuck: boolean) =>
    told.filter((one) => one.stuck === stuck).map(({ guest, name, why }) => ({ guest, name, why }));
  return {
    node,
    seen: sample.nodes.some((n) => n.node === node && n.drained !== undefined),
    leaving: [...pick(false), ...arriving(status, node)],
    stuck: pick(true),
    stopped: here.filter(({ status }) => status === 'stopped').map(({ guest }) => guest),
  };
}

const begun = new Set(['starting', 'running', 'validating']);

/** Still on their way to the node: they leave it again once they are there. */
function arriving({ in_flight, sample }: ClusterStatus, node: string): Left[] {
  const here = new Set<string>(sample?.guests.filter((g) => g.node === node).map(({ guest }) => guest));
  return in_flight
    .filter(({ state, migration }) => begun.has(state) && migration.target_node === node && !here.has(migration.guest))
    .map((flight) => ({ guest: flight.migration.guest, name: flight.migration.name, why: wayOf(flight, node) }));
}

/** What was decided before the drain was seen says nothing of it. */
function decidedOn(status: ClusterStatus, node: string): ClusterStatus {
  const { generated, last_run } = status;
  const knows = generated?.sample.nodes.some((n) => n.node === node && n.drained !== undefined) ?? false;
  if (!knows) return { ...status, generated: null, last_run: null };
  return last_run?.run_id === generated?.run_id ? status : { ...status, last_run: null };
}

/** Where a migration takes a guest, as seen from a node. */
const wayOf = ({ state, migration: { source_node, target_node } }: InFlight, node: string): string =>
  target_node === node ? `still arriving from ${source_node}` : `${state}, to ${target_node}`;

/** What filters say of a guest whose move is approved, or under way: it may have no entry in the ledger yet. */
const alreadyLeaves = /\bconflict: (already in flight|already migrating|this run already moves)\b/;

export const notTakenUp = 'approved, not yet taken up by the executor';

/** What the last run says is approved, or was before it, and has no entry in the ledger; while the executor runs, that is because it is over. */
export const notTaken = (status: ClusterStatus): RunSummary['decisions'] =>
  isWithoutExecutor(status)
    ? (status.last_run?.decisions ?? []).filter(
        (d) => isApproved(d) && !status.in_flight.some(({ migration }) => migration.guest === d.guest),
      )
    : [];

const isWithoutExecutor = ({ not_running }: ClusterStatus): boolean =>
  not_running.some(({ service }) => service === 'executor');

/** An order was given; an answer of a person that has to wait for a slot is none yet. */
const isApproved = ({ action, reason }: RunSummary['decisions'][number]): boolean =>
  (action === 'pending' && /^approved( by .+?)?: /.test(reason) && !reason.includes('; not yet: ')) ||
  /\bconflict: already in flight\b/.test(reason);

function whyStill(status: ClusterStatus, guest: string, node: string): { why: string; stuck: boolean } {
  const { in_flight, generated, last_run } = status;
  const flight = in_flight.find(({ migration }) => migration.guest === guest);
  if (flight) return { why: wayOf(flight, node), stuck: false };
  const no = generated?.not_recommended.find((n) => n.guest === guest);
  if (no) return { why: no.reason, stuck: true };
  const line = last_run?.decisions.find((d) => d.guest === guest);
  if (!line) return { why: 'waits for the next run', stuck: false };
  if (isWithoutExecutor(status) && isApproved(line)) return { why: notTakenUp, stuck: false };
  const { action, reason } = line;
  const why = reason.startsWith(action) ? reason : `${action}: ${reason}`;
  return { why, stuck: action === 'filtered' && !alreadyLeaves.test(reason) };
}

/** Whether nothing more is to be expected. */
export const isOver = ({ seen, leaving }: DrainProgress): boolean => seen && leaving.length === 0;
