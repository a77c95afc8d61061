import type {
  CollectorProgress,
  GuestFacts,
  HistoryPoint,
  NodePast,
  PastMigration,
  PendingLog,
} from '@evenkeel/contracts';
import { type HistoryRow, type ProxmoxErrorKind, parseUpid, type TaskRow, unreadIdentity } from '@evenkeel/proxmox';
import type { FactsByGuest } from './due-configs.ts';
import { mostTries, type PastAsk } from './due-past.ts';
import { historyPoints, inVcpus, latestVcpus } from './history-points.ts';
import { pastMigration } from './past-migration.ts';

type Rows = { day: HistoryRow[]; week: HistoryRow[] };
type Of<Kind extends PastAsk['kind']> = Extract<PastAsk, { kind: Kind }>;

export type PastRead =
  | ({ kind: 'node'; ask: Of<'node'> } & Rows)
  | ({ kind: 'guest'; ask: Of<'guest'> } & Rows)
  | { kind: 'tasks'; ask: Of<'tasks'>; tasks: TaskRow[] }
  | { kind: 'log'; ask: Of<'log'>; lines: string[] }
  | { kind: 'failed'; ask: PastAsk; kindOfError: ProxmoxErrorKind };

/** What one node and its guests were before they were seen. */
export type NodeTale = {
  node: string;
  /** Memory of the node, bytes, where its history says it. */
  node_maxmem?: number;
  node_history: HistoryPoint[];
  guests: { guest: string; identity: string; maxcpu?: number; history: HistoryPoint[] }[];
  migrations: PastMigration[];
};

const mostLogs = 600;
const fresh: NodePast = { history: false, tasks: false, tries: 0 };

/** A wire that is down may come back; a "no" of Proxmox stays. */
const isForGood = (kind: ProxmoxErrorKind): boolean => !['unreachable', 'timeout', 'bad_answer'].includes(kind);

/** What was read, by node, in order of their names; nodes of which nothing is to be said are absent. */
export function talesOf(reads: readonly PastRead[], facts: FactsByGuest, now_s: number): NodeTale[] {
  const tales = new Map<string, NodeTale>();
  const taleOf = (node: string): NodeTale => {
    const tale = tales.get(node) ?? { node, node_history: [], guests: [], migrations: [] };
    tales.set(node, tale);
    return tale;
  };
  for (const read of reads) {
    if (read.kind === 'node') {
      const points = historyPoints(read, { now_s });
      if (points.length === 0) continue;
      const tale = taleOf(read.ask.node);
      tale.node_history.push(...points);
      const maxmem = [...read.week, ...read.day].findLast((row) => row.maxmem !== undefined)?.maxmem;
      if (maxmem !== undefined) tale.node_maxmem = maxmem;
    } else if (read.kind === 'guest') {
      const { id, node } = read.ask.guest;
      const known = facts[id]?.known;
      const maxcpu = latestVcpus([...read.week, ...read.day]);
      const history = historyPoints(inVcpus(read, maxcpu), { now_s, from_s: known?.marks.ctime ?? 0 });
      const told = { guest: id, identity: known?.identity ?? unreadIdentity, ...(maxcpu ? { maxcpu } : {}), history };
      if (history.length > 0) taleOf(node).guests.push(told);
    } else if (read.kind === 'log') {
      const migration = pastMigration(read.ask.log, read.lines);
      if (migration) taleOf(migration.source).migrations.push(migration);
    }
  }
  return [...tales.values()].sort((a, b) => (a.node < b.node ? -1 : 1));
}

/** Finished migrations among tasks, newest first. */
function pendingLogs(tasks: readonly TaskRow[]): PendingLog[] {
  return tasks
    .flatMap(({ upid, endtime, status }) => (endtime === undefined ? [] : [{ upid, endtime, status: status ?? '' }]))
    .filter(({ upid }) => /^(q|vz)migrate$/.test(parseUpid(upid)?.type ?? ''))
    .sort((a, b) => b.endtime - a.endtime || (a.upid < b.upid ? -1 : 1));
}

function pastAfter(past: NodePast, read: PastRead): NodePast {
  if (read.kind === 'node') return { ...past, history: true };
  if (read.kind === 'tasks') return { ...past, tasks: true };
  if (read.kind !== 'failed') return past;
  const isOver = isForGood(read.kindOfError) || past.tries + 1 >= mostTries;
  const part = read.ask.kind === 'node' ? 'history' : 'tasks';
  return { ...past, tries: past.tries + 1, ...(isOver && { [part]: true }) };
}

/** What is still to be read after these; nodes that are gone are forgotten. A log is read once, whatever came of it. */
export function progressAfter(
  { past, logs }: Pick<CollectorProgress, 'past' | 'logs'>,
  reads: readonly PastRead[],
  nodes: readonly string[],
): Pick<CollectorProgress, 'past' | 'logs'> {
  const after = new Map(nodes.map((node) => [node, past[node] ?? fresh]));
  for (const read of reads) {
    const { ask } = read;
    if (ask.kind === 'node' || ask.kind === 'tasks') after.set(ask.node, pastAfter(after.get(ask.node) ?? fresh, read));
  }
  const done = new Set(reads.flatMap(({ ask }) => (ask.kind === 'log' ? [ask.log.upid] : [])));
  const found = pendingLogs(reads.flatMap((read) => (read.kind === 'tasks' ? read.tasks : [])));
  const pending = new Map([...logs, ...found].map((log) => [log.upid, log]));
  return {
    past: Object.fromEntries(after),
    logs: [...pending.values()].filter(({ upid }) => !done.has(upid)).slice(0, mostLogs),
  };
}

/** The facts with it noted whose past has been read, or been given up. */
export function factsAfter(facts: FactsByGuest, reads: readonly PastRead[]): Record<string, GuestFacts> {
  const after: Record<string, GuestFacts> = { ...facts };
  for (const read of reads) {
    if (read.ask.kind !== 'guest') continue;
    const { id } = read.ask.guest;
    const known = after[id];
    if (!known) continue;
    const tries = known.past.tries + (read.kind === 'failed' ? 1 : 0);
    const done = read.kind !== 'failed' || isForGood(read.kindOfError) || tries >= mostTries;
    after[id] = { ...known, past: { done, tries } };
  }
  return after;
}
