import type { Fault } from './fault.ts';
import type { Course } from './physics.ts';
import type { ClusterPlan, DiskPlan, GuestPlan, NodePlan } from './plan.ts';

/** Where a guest is from a moment on, until the next segment. */
export type Segment = { from: number; node: string; running: boolean; started: number };

export type GuestState = {
  plan: GuestPlan;
  segments: Segment[];
  lock: string | undefined;
  /** When its counters began anew, other than with it. */
  recounted: number;
  /** When it wants more than its load says. */
  surges: (Span & { level: number; fault: number })[];
  /** What HA makes of it, where it is a service. */
  ha: HaService | undefined;
};

export type HaService = {
  state: 'started' | 'stopped' | 'migrate' | 'starting' | 'error';
  /** `from` is when a worker is free for it. */
  request: { target: string; from: number } | undefined;
  target: string | undefined;
  from?: number;
};

/** Work that a migration puts on a node while it runs. */
export type Busy = { from: number; to: number; cores: number; memory: number; vmid: number; slowdown: number };

export type Span = { from: number; to: number };

export type NodeState = {
  plan: NodePlan;
  /** Who was on it, from a moment on. */
  residents: { from: number; vmids: readonly number[] }[];
  busy: Busy[];
  down: Span[];
  silent: Span[];
};

export type Task = {
  upid: string;
  node: string;
  pid: number;
  pstart: number;
  starttime: number;
  type: string;
  id: string;
  user: string;
  tokenid: string | undefined;
  endtime: number | undefined;
  exit: string | undefined;
  log: string[];
};

export type Migration = {
  vmid: number;
  source: string;
  target: string;
  task: Task;
  course: Course;
  options: {
    with_local_disks: boolean;
    /** Tracked connections go along. */
    conntrack: boolean;
    online: boolean;
    by_ha: boolean;
    bandwidth: number;
    /** Storage there by storage here. */
    storage_map: Record<string, string>;
  };
  started: number;
  /** When the target's process began: its uptime counts from here. */
  received: number;
  busy: Busy[];
  failing: Fault | undefined;
  transfer_started: number;
  flipped: boolean;
};

/** A migration that is over, as it truly was. */
export type MoveRecord = {
  vmid: number;
  id: string;
  source: string;
  target: string;
  kind: Course['kind'];
  started: number;
  ended: number;
  ok: boolean;
  exit: string;
  downtime_ms: number;
  bytes: number;
  rounds: number;
  upid: string;
};

export type ActiveFault = { id: number; fault: Fault; from: number; to: number; left: number };

export type World = {
  plan: ClusterPlan;
  now: number;
  nodes: Map<string, NodeState>;
  guests: Map<number, GuestState>;
  migrations: Migration[];
  moves: MoveRecord[];
  /** Volumes on nodes where nobody uses them. */
  leftovers: (DiskPlan & { vmid: number; node: string })[];
  tasks: Task[];
  faults: ActiveFault[];
  fault_ids: number;
  pids: number;
  answers: number;
  /** Faults were there: nodes may have to rise again. */
  shaken: boolean;
  /** Guests that HA manages. */
  services: GuestState[];
};

/** A guest from a moment on. */
export const beginGuest = (plan: GuestPlan, from: number): GuestState => {
  const running = plan.status !== 'stopped';
  return {
    plan,
    segments: [{ from, node: plan.node, running, started: plan.booted }],
    lock: plan.lock,
    recounted: from,
    surges: [],
    ha: plan.ha && { state: running ? 'started' : 'stopped', request: undefined, target: undefined },
  };
};

/** The cluster at its beginning: all guests where the plan puts them. */
export const beginWorld = (plan: ClusterPlan): World => {
  const began = Number.NEGATIVE_INFINITY;
  const guests = plan.guests.map((guest): [number, GuestState] => [guest.vmid, beginGuest(guest, began)]);
  const nodes = plan.nodes.map((node): [string, NodeState] => {
    const vmids = plan.guests.filter((guest) => guest.node === node.name).map((guest) => guest.vmid);
    return [node.name, { plan: node, residents: [{ from: began, vmids }], busy: [], down: [], silent: [] }];
  });
  return {
    plan,
    now: plan.start,
    nodes: new Map(nodes),
    guests: new Map(guests),
    migrations: [],
    moves: [],
    leftovers: [],
    tasks: [],
    faults: [],
    fault_ids: 0,
    pids: 4000 + (plan.key % 20_000),
    answers: 0,
    shaken: false,
    services: guests.map(([, guest]) => guest).filter((guest) => guest.ha),
  };
};

/** The entry of a list ordered by `from` that held at a moment. */
export const heldAt = <T extends { from: number }>(entries: readonly T[], at: number): T => {
  let index = entries.length - 1;
  while (index > 0 && (entries[index] as T).from > at) index--;
  return entries[index] as T;
};

export const segmentAt = (guest: GuestState, at: number): Segment => heldAt(guest.segments, at);

export const nodeOf = (guest: GuestState): string => (guest.segments.at(-1) as Segment).node;

export const within = (spans: Span[], at: number): boolean => spans.some((span) => span.from <= at && at < span.to);

export const isOnline = (world: World, node: string): boolean => {
  const state = world.nodes.get(node);
  return state !== undefined && !within(state.down, world.now);
};

const faultNow = (world: World, meets: (fault: Fault) => boolean): Fault | undefined =>
  world.faults.find(({ fault, from, to }) => from <= world.now && world.now < to && meets(fault))?.fault;

/** The lock of a guest's configuration: a migration's, one of the description, or one that a fault put there. */
export const lockOf = (world: World, guest: GuestState): string | undefined => {
  if (guest.lock !== undefined || world.faults.length === 0) return guest.lock;
  const fault = faultNow(world, (f) => f.kind === 'locked' && f.vmid === guest.plan.vmid);
  return fault?.kind === 'locked' ? fault.lock : undefined;
};

/** The time by a node's own clock. */
export const clockOf = (world: World, node: string): number => {
  if (world.faults.length === 0) return world.now;
  const fault = faultNow(world, (f) => f.kind === 'clock_off' && (f.node ?? node) === node);
  return fault?.kind === 'clock_off' ? world.now + 1000 * fault.seconds : world.now;
};

/** Whether HA keeps a node free. */
export const inMaintenance = (world: World, node: NodePlan): boolean =>
  node.maintenance || faultNow(world, (f) => f.kind === 'maintenance' && f.node === node.name) !== undefined;

/** The share of its vCPUs that a guest wants. */
export const wantedShare = (guest: GuestState, at: number): number => {
  const share = guest.plan.load(at);
  if (guest.surges.length === 0) return share;
  return Math.max(share, ...guest.surges.map((surge) => (surge.from <= at && at < surge.to ? surge.level : 0)));
};

/** When a node last came up. */
export const bootedAt = (node: NodeState): number => {
  const last = node.down.at(-1);
  return last && Number.isFinite(last.to) ? last.to : node.plan.booted;
};

/** More than half of the nodes are up, and no fault takes the quorum away. */
export const isQuorate = (world: World): boolean => {
  const up = world.plan.nodes.filter((node) => isOnline(world, node.name)).length;
  return !faultNow(world, (f) => f.kind === 'no_quorum') && up * 2 > world.plan.nodes.length;
};

/** Who is on a node from now on. */
export const relist = (node: NodeState, at: number, change: (vmids: readonly number[]) => number[]): void => {
  const vmids = change((node.residents.at(-1) as { vmids: readonly number[] }).vmids);
  node.residents.push({ from: at, vmids });
};

/** A guest's next segment; its nodes remember who was there when. */
export const settle = (world: World, guest: GuestState, next: Segment): void => {
  const before = nodeOf(guest);
  guest.segments.push(next);
  if (before === next.node) return;
  const vmid = guest.plan.vmid;
  const [source, target] = [world.nodes.get(before), world.nodes.get(next.node)];
  if (source) relist(source, next.from, (vmids) => vmids.filter((v) => v !== vmid));
  if (target) relist(target, next.from, (vmids) => [...vmids, vmid]);
};
