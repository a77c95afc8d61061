import type {
  Description,
  HaGroupDescription,
  HaRuleDescription,
  MigrationSettings,
  StorageDescription,
} from './description.ts';
import type { GuestDescription } from './guest-description.ts';
import { compileLoad, type LoadAt, rowAt, type TraceTable } from './load.ts';
import { populate } from './populate.ts';
import { DescriptionError, findProblems } from './problems.ts';
import { chance, hashText, noise } from './random.ts';
import { DAY, GIB, HOUR, MIB, MINUTE } from './units.ts';

export type NodePlan = {
  name: string;
  nodeid: number;
  ip: string;
  threads: number;
  memory: number;
  host_memory: number;
  /** Bytes a second. */
  link: number;
  cpu: { model: string; vendor: string; sockets: number; flags: string; lacks: string[] };
  maintenance: boolean;
  bridges: readonly string[];
  /** How far its clock is ahead, seconds. */
  clock_offset_s: number;
  key: number;
  /** When in each ten seconds its statistics appear, ms. */
  phase: number;
  booted: number;
};

export type DiskPlan = { key: string; volid: string; storage: string; bytes: number; shared: boolean };

export type GuestPlan = Omit<GuestDescription, 'load' | 'memory' | 'disks'> & {
  id: string;
  sid: string;
  memory: number;
  disks: DiskPlan[];
  key: number;
  identity: string;
  booted: number;
  /** When its configuration was made, epoch seconds. */
  created: number;
  /** Share of its vCPUs wanted at a time. */
  load: LoadAt;
  /** Bytes that the guest itself counts as used. */
  memory_used: (at: number) => number;
};

export type ClusterPlan = {
  name: string;
  version: '8.4' | '9.0' | '9.1' | '9.2';
  major: 8 | 9;
  key: number;
  start: number;
  nodes: NodePlan[];
  storages: StorageDescription[];
  guests: GuestPlan[];
  migration: MigrationSettings;
  rules: HaRuleDescription[];
  /** Those in force. */
  groups: HaGroupDescription[];
  description: Description;
};

const uuid = (key: number): string => {
  const hex = [0, 1, 2, 3].map((n) => hashText(`${key}/${n}`).toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

const planNode = (node: Description['nodes'][number], index: number, seed: number, start: number): NodePlan => {
  const key = hashText(`${seed}/node/${node.name}`);
  return {
    name: node.name,
    nodeid: index + 1,
    ip: node.ip ?? `192.0.2.${index + 1}`,
    threads: node.threads,
    memory: Math.round(node.memory_gib * GIB),
    host_memory: Math.round(node.host_memory_gib * GIB),
    link: node.link_mib_s * MIB,
    cpu: node.cpu,
    maintenance: node.maintenance,
    bridges: node.bridges,
    clock_offset_s: node.clock_offset_s,
    key,
    phase: key % 10_000,
    booted: start - Math.round((60 + 60 * chance(key, 3)) * DAY),
  };
};

const planDisks = (guest: GuestDescription, storages: StorageDescription[]): DiskPlan[] => {
  const fallback = storages.find((s) => s.shared && s.content.includes('images')) ?? storages[0];
  const disks = guest.disks ?? (fallback ? [{ storage: fallback.name, size_gib: 32 }] : []);
  return disks.map((disk, index) => ({
    key: guest.type === 'qemu' ? `scsi${index}` : index === 0 ? 'rootfs' : `mp${index - 1}`,
    volid: `${disk.storage}:vm-${guest.vmid}-disk-${index}`,
    storage: disk.storage,
    bytes: Math.round(disk.size_gib * GIB),
    shared: storages.find((s) => s.name === disk.storage)?.shared ?? false,
  }));
};

const planMemory = (
  guest: GuestDescription,
  key: number,
  origin: number,
  traces: Record<string, TraceTable>,
): ((at: number) => number) => {
  const bytes = guest.memory_gib * GIB;
  const table = guest.load.kind === 'trace' ? traces[guest.load.trace] : undefined;
  const row = guest.load.kind === 'trace' ? table?.rows.get(`${guest.load.row}/mem`) : undefined;
  const shift = guest.load.kind === 'trace' ? guest.load.shift_minutes * MINUTE : 0;
  if (table && row)
    return (at) => Math.round(bytes * Math.min(1, rowAt(row, (at - origin + shift) / table.interval_ms)));
  const { level, drift, growth_per_day } = guest.memory;
  return (at) => {
    const wanted = level * (1 + (growth_per_day * (at - origin)) / DAY) + drift * noise(key ^ 0x3e3, at / (4 * HOUR));
    return Math.round(bytes * Math.min(0.98, Math.max(0.05, wanted)));
  };
};

/** When those were made that a description begins with. */
const firstCreated = 1_751_328_000;

/** What is simulated of one guest. */
export const planGuest = (
  guest: GuestDescription,
  { description, traces }: { description: Description; traces: Record<string, TraceTable> },
): GuestPlan => {
  const origin = Date.parse(description.start);
  const key = hashText(`${description.seed}/guest/${guest.vmid}/${guest.name}`);
  const { load, memory: _memory, disks: _disks, ...rest } = guest;
  return {
    ...rest,
    id: `${guest.type}/${guest.vmid}`,
    sid: `${guest.type === 'qemu' ? 'vm' : 'ct'}:${guest.vmid}`,
    memory: Math.round(guest.memory_gib * GIB),
    disks: planDisks(guest, description.storages),
    key,
    identity: uuid(key),
    created: firstCreated,
    booted: origin - Math.round((8 + 50 * chance(key, 5)) * DAY),
    load: compileLoad(load, { key, origin, traces }),
    memory_used: planMemory(guest, key, origin, traces),
  };
};

/** Another guest like one that was there, made now under its vmid. */
export const remadePlan = (
  { ha: _ha, lock: _lock, pool: _pool, ...plan }: GuestPlan,
  name: string,
  { now, plan: { key: seed } }: { now: number; plan: { key: number } },
): GuestPlan => {
  const key = hashText(`${seed}/guest/${plan.vmid}/${name}/${Math.floor(now / 1000)}`);
  return {
    ...plan,
    name,
    tags: [],
    status: 'running',
    key,
    identity: uuid(key),
    created: Math.floor(now / 1000),
    booted: now,
  };
};

/** Makes of a description the cluster that is simulated. Throws a DescriptionError that names everything that does not fit. */
export const planCluster = (description: Description, traces: Record<string, TraceTable>): ClusterPlan => {
  const before = findProblems(description, traces);
  if (before.length > 0) throw new DescriptionError(before);
  const guests = [...description.guests, ...populate(description, traces)].sort((a, b) => a.vmid - b.vmid);
  const start = Date.parse(description.start);
  const major = description.version.startsWith('8') ? 8 : 9;
  return {
    name: description.name,
    version: description.version,
    major,
    key: hashText(`${description.seed}/cluster/${description.name}`),
    start,
    nodes: description.nodes.map((node, index) => planNode(node, index, description.seed, start)),
    storages: description.storages,
    guests: guests.map((guest) => planGuest(guest, { description, traces })),
    migration: description.migration,
    rules: description.ha.rules,
    groups: major === 8 || !description.ha.groups_migrated ? description.ha.groups : [],
    description,
  };
};
