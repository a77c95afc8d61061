import { z } from 'zod';
import { faultSchema } from './fault.ts';

const share = z.number().min(0).max(1);
const nodeName = z
  .string()
  .regex(/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/, 'a host name of letters, digits and -');
const word = z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9_.+-]*$/, 'letters, digits, _ . + and -');

/** What a guest wants of its vCPUs over time: `level` is a share of them. */
export const loadSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), level: share.default(0.2) }),
  z.strictObject({ kind: z.literal('steady'), level: share.default(0.2), noise: share.default(0.08) }),
  z.strictObject({
    kind: z.literal('bursty'),
    level: share.default(0.1),
    peak: share.default(0.9),
    probability: share.default(0.2),
    burst_minutes: z.number().positive().default(10),
    noise: share.default(0.1),
  }),
  z.strictObject({
    kind: z.literal('growing'),
    level: share.default(0.2),
    growth_per_day: z.number().default(0.1),
    max: share.default(1),
    noise: share.default(0.08),
  }),
  z.strictObject({
    kind: z.literal('cyclical'),
    level: share.default(0.3),
    amplitude: share.default(0.7),
    peak_hour: z.number().min(0).max(24).default(14),
    period_hours: z.number().positive().default(24),
    weekend: share.default(0.4),
    noise: share.default(0.08),
  }),
  z.strictObject({
    kind: z.literal('trace'),
    trace: z.string(),
    row: z.string(),
    scale: z.number().positive().default(1),
    shift_minutes: z.number().default(0),
  }),
]);

const memoryUseSchema = z.strictObject({
  level: share.default(0.6),
  drift: share.default(0.03),
  growth_per_day: z.number().default(0),
});

const diskSchema = z.strictObject({ storage: z.string(), size_gib: z.number().positive().default(32) });

const haSchema = z.strictObject({
  state: z.enum(['started', 'stopped', 'enabled', 'disabled', 'ignored']).default('started'),
  group: word.optional(),
  max_restart: z.int().default(1),
  max_relocate: z.int().default(1),
  failback: z.boolean().default(true),
  auto_rebalance: z.boolean().default(true),
  comment: z.string().optional(),
});

const guestSchema = z.strictObject({
  vmid: z.int().min(100).max(999_999_999),
  name: z.string().min(1),
  type: z.enum(['qemu', 'lxc']).default('qemu'),
  vcpus: z.int().min(1).default(2),
  memory_gib: z.number().positive().default(4),
  disks: z.array(diskSchema).optional(),
  node: z.string(),
  status: z.enum(['running', 'stopped', 'paused']).default('running'),
  template: z.boolean().default(false),
  tags: z.array(word).default([]),
  pool: word.optional(),
  lock: z.string().optional(),
  ha: haSchema.optional(),
  load: loadSchema.default({ kind: 'steady', level: 0.2, noise: 0.08 }),
  memory: memoryUseSchema.default({ level: 0.6, drift: 0.03, growth_per_day: 0 }),
  /** MiB of memory that it dirties a second; derived from its CPU use where absent. */
  dirty_mib_s: z.number().min(0).optional(),
  /** Share of the memory in use that is written again and again. */
  working_set: share.default(0.15),
  /** Further lines of its configuration, such as `hostpci0`. */
  config: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
});

const populateSchema = z.strictObject({
  guests: z.int().min(0).max(20_000),
  seed: z.int().default(1),
  layout: z.enum(['skewed', 'roundrobin']).default('roundrobin'),
  first_vmid: z.int().min(100).default(100),
  containers: share.default(0.15),
  load: z.enum(['mixed', 'constant', 'steady', 'bursty', 'growing', 'cyclical', 'trace']).default('mixed'),
  trace: z.string().optional(),
  /** Mean CPU demand of the first hour, as a share of all threads. */
  cpu: share.default(0.5),
  /** Memory in use at the start, hosts not counted, as a share of all memory. */
  memory: share.default(0.5),
  /** skewed: the share of the load that half of the nodes carry. */
  skew: share.default(0.75),
  storage: z.string().optional(),
  /** Share of guests that also have a disk on a local storage. */
  local_disks: share.default(0),
  ha: share.default(0),
  /** Nodes left empty. */
  except: z.array(z.string()).default([]),
});

const nodeSchema = z.strictObject({
  name: nodeName,
  threads: z.int().min(1).default(16),
  memory_gib: z.number().positive().default(64),
  host_memory_gib: z.number().min(0).default(2),
  link_mib_s: z.number().positive().default(1100),
  ip: z.string().optional(),
  cpu: z
    .strictObject({ model: z.string(), vendor: z.string(), sockets: z.int().min(1).default(1) })
    .default({ model: 'AMD EPYC 7313P 16-Core Processor', vendor: 'AuthenticAMD', sockets: 1 }),
  maintenance: z.boolean().default(false),
});

const storageSchema = z.strictObject({
  name: word,
  type: z.string().default('dir'),
  shared: z.boolean().default(false),
  nodes: z.array(z.string()).optional(),
  size_gib: z.number().positive().default(1000),
  content: z.array(z.string()).default(['images', 'rootdir']),
});

const tokenSchema = z.strictObject({
  id: z.string().regex(/^[^@!\s]+@[a-zA-Z0-9._-]+![A-Za-z][A-Za-z0-9._-]*$/, 'user@realm!name'),
  secret: z.string().min(1),
  /** By path: privileges, handed down to what lies below unless `propagate` is false. */
  privileges: z
    .record(
      z.string().regex(/^\//, 'an absolute path such as / or /vms/100'),
      z.union([
        z.array(z.string()),
        z.strictObject({ privileges: z.array(z.string()), propagate: z.boolean().default(true) }),
      ]),
    )
    .default({ '/': ['VM.Audit', 'VM.Migrate', 'Sys.Audit', 'Datastore.Audit', 'Pool.Audit', 'SDN.Audit'] }),
});

const ruleSchema = z.discriminatedUnion('type', [
  z.strictObject({
    rule: word,
    type: z.literal('node-affinity'),
    resources: z.array(z.string()),
    nodes: z.record(z.string(), z.int()),
    strict: z.boolean().default(false),
    disable: z.boolean().default(false),
  }),
  z.strictObject({
    rule: word,
    type: z.literal('resource-affinity'),
    resources: z.array(z.string()).min(2),
    affinity: z.enum(['positive', 'negative']),
    disable: z.boolean().default(false),
  }),
]);

const groupSchema = z.strictObject({
  group: word,
  nodes: z.record(z.string(), z.int()),
  restricted: z.boolean().default(false),
  nofailback: z.boolean().default(false),
});

const migrationSchema = z.strictObject({
  /** Seconds before the transfer and after it, whatever the size. */
  start_s: z.number().min(0).default(5),
  finish_s: z.number().min(0).default(2),
  downtime_ms: z.number().positive().default(100),
  /** What stop and resume cost beside the bytes. */
  resume_ms: z.number().min(0).default(30),
  /** What one stream reaches at most, MiB/s; 0 is no limit. */
  stream_mib_s: z.number().min(0).default(1000),
  cpu_cores: z.number().min(0).default(0.5),
  guest_slowdown: share.default(0.1),
  container_stop_s: z.number().min(0).default(6),
  container_start_s: z.number().min(0).default(3),
  type: z.enum(['secure', 'insecure']).default('secure'),
  network: z.string().optional(),
});

const crsSchema = z.strictObject({
  ha: z.enum(['basic', 'static', 'dynamic']).default('basic'),
  rebalance_on_start: z.boolean().default(false),
  auto_rebalance: z.boolean().default(false),
  auto_rebalance_threshold: z.number().optional(),
});

const traceSchema = z.strictObject({
  file: z.string(),
  unit: z.enum(['percent', 'tenths']).default('percent'),
  interval_s: z.number().positive().default(300),
});

/** A cluster as a file describes it; strict: an unknown key is an error. */
export const descriptionSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,14}$/, 'at most 15 letters, digits and -')
    .default('simulated'),
  version: z.enum(['8.4', '9.0', '9.1', '9.2']).default('9.2'),
  seed: z.int().default(1),
  start: z.iso.datetime({ offset: false }).default('2026-03-02T09:00:00Z'),
  speed: z.number().min(1).max(300).default(1),
  tokens: z.array(tokenSchema).default([]),
  users: z.array(z.strictObject({ id: z.string(), password: z.string().min(1) })).default([]),
  nodes: z.array(nodeSchema).min(1),
  storages: z.array(storageSchema).default([
    { name: 'local', type: 'dir', shared: false, size_gib: 100, content: ['iso', 'vztmpl', 'backup'] },
    { name: 'ceph', type: 'rbd', shared: true, size_gib: 20_000, content: ['images', 'rootdir'] },
  ]),
  guests: z.array(guestSchema).default([]),
  populate: populateSchema.optional(),
  traces: z.record(z.string(), traceSchema).default({}),
  migration: migrationSchema.prefault({}),
  ha: z
    .strictObject({
      rules: z.array(ruleSchema).default([]),
      groups: z.array(groupSchema).default([]),
      max_workers: z.int().min(1).default(4),
    })
    .prefault({}),
  crs: crsSchema.optional(),
  faults: z.array(faultSchema).default([]),
});

export type DescriptionInput = z.input<typeof descriptionSchema>;
export type Description = z.output<typeof descriptionSchema>;
export type Load = z.output<typeof loadSchema>;
export type GuestDescription = z.output<typeof guestSchema>;
export type NodeDescription = z.output<typeof nodeSchema>;
export type StorageDescription = z.output<typeof storageSchema>;
export type TokenDescription = z.output<typeof tokenSchema>;
export type PopulateDescription = z.output<typeof populateSchema>;
export type MigrationSettings = z.output<typeof migrationSchema>;
export type HaRuleDescription = z.output<typeof ruleSchema>;
