import { z } from 'zod';
import { faultSchema } from './fault.ts';
import { guestSchema, share, word } from './guest-description.ts';
import { populateSchema } from './populate-description.ts';

const nodeName = z
  .string()
  .regex(/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$/, 'a host name of letters, digits and -');

const nodeSchema = z.strictObject({
  name: nodeName,
  threads: z.int().min(1).default(16),
  memory_gib: z.number().positive().default(64),
  host_memory_gib: z.number().min(0).default(2),
  link_mib_s: z.number().positive().default(1100),
  ip: z.string().optional(),
  cpu: z
    .strictObject({
      model: z.string(),
      vendor: z.string(),
      sockets: z.int().min(1).default(1),
      /** Flags besides those that every processor of the last ten years has. */
      flags: z.string().default(''),
      /** Flags of those that it does not have. */
      lacks: z.array(z.string()).default([]),
    })
    .default({ model: 'AMD EPYC 7313P 16-Core Processor', vendor: 'AuthenticAMD', sockets: 1, flags: '', lacks: [] }),
  maintenance: z.boolean().default(false),
  bridges: z.array(word).default(['vmbr0']),
  /** How far its clock is ahead of the cluster's, seconds. */
  clock_offset_s: z.number().default(0),
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
    affinity: z.enum(['positive', 'negative']).default('positive'),
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

export const crsSchema = z.strictObject({
  ha: z.enum(['basic', 'static', 'dynamic']).default('basic'),
  rebalance_on_start: z.boolean().default(false),
  auto_rebalance: z.boolean().default(false),
  auto_rebalance_threshold: z.number().optional(),
});

/** A backup job that is listed with its next run, every day at this time (UTC); nothing is backed up. */
const backupJobSchema = z.strictObject({
  id: word,
  schedule: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day as HH:MM'),
  enabled: z.boolean().default(true),
  all: z.boolean().default(false),
  vmids: z.array(z.int()).default([]),
  exclude: z.array(z.int()).default([]),
  pool: z.string().optional(),
  node: z.string().optional(),
});

/** A guest whose volumes a node has as copies; nothing is copied. */
const replicationSchema = z.strictObject({ vmid: z.int(), target: z.string() });

/** A name for a PCI device (`hostpci0: mapping=<name>`) and the nodes that have one; `live` where it may follow a running guest. */
const mappingSchema = z.strictObject({ name: word, nodes: z.array(z.string()), live: z.boolean().default(false) });

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
      /** On PVE 9: groups have become rules, and are none any more; false while its nodes are upgraded. */
      groups_migrated: z.boolean().default(true),
      max_workers: z.int().min(1).default(4),
    })
    .prefault({}),
  crs: crsSchema.optional(),
  mappings: z.array(mappingSchema).default([]),
  replications: z.array(replicationSchema).default([]),
  backup_jobs: z.array(backupJobSchema).default([]),
  faults: z.array(faultSchema).default([]),
});

export type DescriptionInput = z.input<typeof descriptionSchema>;

export type Description = z.output<typeof descriptionSchema>;

export type StorageDescription = z.output<typeof storageSchema>;

export type TokenDescription = z.output<typeof tokenSchema>;

export type MigrationSettings = z.output<typeof migrationSchema>;

export type HaRuleDescription = z.output<typeof ruleSchema>;

export type HaGroupDescription = z.output<typeof groupSchema>;
