import type {
  ClusterSample,
  Config,
  GuestProfile,
  GuestSample,
  NodeEffect,
  NodeSample,
  NodeScore,
} from '@evenkeel/contracts';
import {
  allowedOn,
  applyMove,
  assignedMemory,
  type Caps,
  capsOf,
  fits,
  gib,
  type PlanState,
  peakCpu,
  penaltyOf,
  planState,
  type RuleContext,
  risesOf,
  ruleContext,
  tooSmall,
  usedMemory,
} from '@evenkeel/model';
import { newcomerObjection } from './survival-objection.ts';

/** A guest that does not exist yet; CPU as a fraction of its vCPUs, memory in bytes. */
export type NewGuest = {
  type: 'qemu' | 'lxc';
  vcpus: number;
  cpu: number;
  mem: number;
  maxmem: number;
  tags: readonly string[];
  /** By which rules of the configuration may know it. */
  name?: string;
  pool?: string;
  /** Storages that it needs; none means that every node has what it needs. */
  storages: readonly string[];
  /** Bytes of its disks, which come to lie on the first of them. */
  disk?: number;
};

/** What a node would be with the guest on it, and why it cannot take it where it cannot. */
export type Placed = {
  node: string;
  before: NodeEffect;
  after: NodeEffect;
  /** Penalty points that the guest adds; the best node is the one with fewest. Absent where it is too small even when empty. */
  added?: number;
  refused?: string;
};

type Known = {
  sample: ClusterSample;
  profiles: readonly GuestProfile[];
  scores: readonly Pick<NodeScore, 'node' | 'trend'>[];
  config: Config;
};

const vmid = 999_999_999;
const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`;

const guestOn = (node: string, given: NewGuest): GuestSample => ({
  guest: `${given.type}/${vmid}`,
  vmid,
  type: given.type,
  name: given.name ?? 'the new guest',
  node,
  status: 'running',
  template: false,
  cpu: given.cpu,
  maxcpu: given.vcpus,
  mem: given.mem,
  maxmem: given.maxmem,
  mem_source: 'unknown',
  maxdisk: 0,
  netin: 0,
  netout: 0,
  diskread: 0,
  diskwrite: 0,
  uptime: 0,
  tags: [...given.tags],
  ...(given.pool === undefined ? {} : { pool: given.pool }),
  identity: 'new',
  constraints: {
    storages: [...given.storages],
    local_disk_bytes: 0,
    local_disks: 0,
    local_devices: [],
    bridges: [],
    cpu_type: '',
    snapshots_with_state: false,
    bind_mounts: [],
  },
});

/** The cluster with the guest on one of its nodes, which is busier by it. */
function withGuest(sample: ClusterSample, guest: GuestSample): ClusterSample {
  const cores = guest.cpu * guest.maxcpu;
  return {
    ...sample,
    guests: [...sample.guests, guest],
    nodes: sample.nodes.map((n) =>
      n.node === guest.node ? { ...n, cpu: n.cpu + cores / Math.max(1, n.maxcpu), mem: n.mem + guest.mem } : n,
    ),
  };
}

const effectOf = (state: PlanState, n: number): NodeEffect => ({
  cpu: peakCpu(state, n),
  mem: usedMemory(state, n),
  penalty: penaltyOf(state, n),
});

/** Which cap the node would pass, with the figures. */
function overCap(state: PlanState, n: number, caps: Caps): string | undefined {
  if (fits(state, n, [], caps)) return undefined;
  const [cpu, mem, assigned] = [peakCpu(state, n), usedMemory(state, n), assignedMemory(state, n)];
  if (mem > caps.mem) return `memory would be at ${percent(mem)}, ${percent(caps.mem)} are allowed`;
  if (assigned > caps.assigned)
    return `${percent(assigned)} of its memory would be assigned, ${percent(caps.assigned)} are allowed`;
  return `CPU would peak at ${percent(cpu)}, ${percent(caps.cpu)} are allowed`;
}

/** That its disks would leave too little free on their storage, with the figures. */
function overStorage({ storages }: NodeSample, given: NewGuest, config: Config): string | undefined {
  const there = storages.find(({ storage }) => storage === given.storages[0]);
  if (!there || !given.disk) return undefined;
  const least = config.automated_migrations.safety_checks.min_storage_free_percent / 100;
  const free = there.total - there.used;
  return free - given.disk >= least * there.total
    ? undefined
    : `storage ${there.storage} has ${gib(free)} free for ${gib(given.disk)} of disks, ${percent(least)} of ${gib(there.total)} must stay free`;
}

/** The cluster with the guest on its first node. Whatever that node has of pressure, and of a rise, is its own: nothing of it goes with the guest. */
function stateWith(guest: GuestSample, { sample, profiles, scores, config }: Known): { state: PlanState; g: number } {
  const state = planState(withGuest(sample, guest), profiles, config, risesOf(scores));
  const g = state.guestIndex.get(guest.guest)!;
  state.guestPressure[g] = 0;
  state.guestRise[g] = 0;
  return { state, g };
}

/** Rules as they are for a guest that does not run yet: it may start on any CPU. */
const rulesFor = (sample: ClusterSample, guest: GuestSample, config: Config): RuleContext =>
  ruleContext({ ...sample, guests: [...sample.guests, { ...guest, status: 'stopped' }] }, config);

/**
 * Every node with what it would be with a new guest on it, the best first: those that rules, caps, its storage and, where it is asked for,
 * N+1 allow, by the penalty points that the guest adds. Nodes are what a run takes them for; the new guest's load is taken with the wide margin of one that nobody
 * has watched yet.
 */
export function placeGuest(known: Known, given: NewGuest): Placed[] {
  const { sample, profiles, scores, config } = known;
  const [first] = sample.nodes;
  if (!first) return [];
  const now = planState(sample, profiles, config, risesOf(scores));
  const caps = capsOf(config);
  const guest = guestOn(first.node, { ...given, cpu: given.cpu / first.speed_factor });
  const { state: then, g } = stateWith(guest, known);
  const ctx = rulesFor(sample, guest, config);
  const objection = newcomerObjection({ state: now, config, caps }, then.guests[g]!.prediction.mem_bytes);
  return now.nodes
    .map((sampled, n): Placed => {
      const { node } = sampled;
      applyMove(then, g, n);
      const [before, after] = [effectOf(now, n), effectOf(then, n)];
      const small = tooSmall([{ ...guest, node: 'none yet' }], sampled, ctx);
      const refused =
        allowedOn(guest.guest, node, now.placement, ctx) ??
        small ??
        overCap(then, n, caps) ??
        overStorage(sampled, given, config) ??
        objection(node);
      const added = small ? {} : { added: after.penalty - before.penalty };
      return { node, before, after, ...added, ...(refused ? { refused } : {}) };
    })
    .sort(
      (a, b) =>
        Number(a.refused !== undefined) - Number(b.refused !== undefined) ||
        (a.added ?? Number.MAX_VALUE) - (b.added ?? Number.MAX_VALUE) ||
        (a.node < b.node ? -1 : 1),
    );
}

/** Rules of a new guest that cannot hold, such as a pin to a node that does not exist, one sentence each. */
export function brokenRules({ sample, config }: Pick<Known, 'sample' | 'config'>, given: NewGuest): string[] {
  const guest = guestOn(sample.nodes[0]?.node ?? '', given);
  const prefix = `${guest.guest}: `;
  return rulesFor(sample, guest, config)
    .problems.filter((problem) => problem.startsWith(prefix))
    .map((problem) => problem.slice(prefix.length));
}
