import { z } from 'zod';

/** RFC 3339, UTC. */
export const Time = z.iso.datetime({ offset: false });
export const ClusterName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,31}$/,
    'lower-case letters, digits, - and _, at most 32, starting with a letter or digit',
  );
/** `qemu/100` or `lxc/101`, the key by which other Proxmox tools join. */
export const GuestId = z.string().regex(/^(qemu|lxc)\/\d{1,9}$/);
export const Fraction = z.number().min(0);

/** Pressure stall information of PVE 9: percent of the last ten seconds, 0..100. */
export const Pressure = z.object({
  cpu_some: z.number().optional(),
  io_some: z.number().optional(),
  io_full: z.number().optional(),
  memory_some: z.number().optional(),
  memory_full: z.number().optional(),
});

export const StorageSample = z.object({
  storage: z.string(),
  shared: z.boolean(),
  active: z.boolean(),
  total: z.number(),
  used: z.number(),
  content: z.array(z.string()),
});

export const NodeSample = z.object({
  node: z.string(),
  status: z.enum(['online', 'offline', 'unknown']),
  /** In Proxmox's own maintenance mode, named in `maintenance_nodes`, or drained. */
  maintenance: z.boolean(),
  /** Where only `maintenance_nodes` says so, and it were not in maintenance without it. */
  maintenance_named: z.boolean().optional(),
  /** Where Proxmox's own maintenance mode is among the reasons: only of that the HA manager knows. */
  maintenance_of_proxmox: z.boolean().optional(),
  /** By whom and why, where somebody asked Evenkeel to drain it. */
  drained: z.object({ since: Time, by: z.string(), reason: z.string() }).optional(),
  /** Fraction 0..1 of all threads. */
  cpu: z.number(),
  /** Threads. */
  maxcpu: z.number(),
  /** Bytes. */
  mem: z.number(),
  maxmem: z.number(),
  /** Fraction 0..1. */
  iowait: z.number().optional(),
  pressure: Pressure.optional(),
  /** Seconds. */
  uptime: z.number(),
  /** Work a thread does per second relative to the cluster's reference; 1 where nodes are alike. */
  speed_factor: z.number(),
  storages: z.array(StorageSample),
  /** Bridges and vnets that it has, of those that guests use; absent while that is not known. */
  bridges: z.array(z.string()).optional(),
  cpu_vendor: z.string().optional(),
  cpu_model: z.string().optional(),
  /** Those of its flags that decide which CPU types it can run; absent where they are not known. */
  cpu_flags: z.array(z.string()).optional(),
  version: z.string().optional(),
});

/** What of a guest's configuration decides where it may run; derived by the collector, read once and on change. */
export const GuestConstraints = z.object({
  /** Storages that its volumes live on. */
  storages: z.array(z.string()),
  /** Bytes on storages that are not shared. */
  local_disk_bytes: z.number(),
  local_disks: z.number(),
  /** The same bytes by storage. */
  local_storage_bytes: z.record(z.string(), z.number()).optional(),
  /** Passthrough and other devices that bind it to its node, by config key. */
  local_devices: z.array(z.string()),
  /** Nodes that have all of its mapped devices, where it has some and all of them may follow it while it runs. */
  mapped_nodes: z.array(z.string()).optional(),
  bridges: z.array(z.string()),
  /** Nodes to which Proxmox copies its local disks from time to time. Known in samples that open a run. */
  replicated_to: z.array(z.string()).optional(),
  cpu_type: z.string(),
  snapshots_with_state: z.boolean(),
  /** Bytes a second at which its memory may be sent (`migrate_speed`); absent where it sets no limit. */
  migration_limit: z.number().optional(),
  /** Container mount points that exist on its node only. */
  bind_mounts: z.array(z.string()),
});

export const GuestSample = z.object({
  guest: GuestId,
  vmid: z.number().int(),
  type: z.enum(['qemu', 'lxc']),
  name: z.string(),
  node: z.string(),
  status: z.enum(['running', 'stopped', 'paused', 'unknown']),
  template: z.boolean(),
  /** Fraction of its own vCPUs; may pass 1 a little. */
  cpu: z.number(),
  /** vCPUs. */
  maxcpu: z.number(),
  /** Bytes in use as counted by `mem_source`. */
  mem: z.number(),
  maxmem: z.number(),
  /** Where `mem` comes from: the balloon driver, the host's view of the process, or the container's cgroup without cache. */
  mem_source: z.enum(['balloon', 'host', 'cgroup', 'unknown']),
  /** Host's view of a VM's memory (PVE 9). */
  memhost: z.number().optional(),
  maxdisk: z.number(),
  /** Bytes a second since the sample before. */
  netin: z.number(),
  netout: z.number(),
  diskread: z.number(),
  diskwrite: z.number(),
  uptime: z.number(),
  tags: z.array(z.string()),
  pool: z.string().optional(),
  /** Config lock (`backup`, `migrate`, …) where there is one. */
  lock: z.string().optional(),
  /** When its next scheduled backup begins, where that is near; `running` while a job that covers it runs on its node. Known in samples that open a run. */
  backup: z.object({ at: Time, running: z.boolean() }).optional(),
  ha: z
    .object({
      state: z.string(),
      auto_rebalance: z.boolean(),
      /** Whether HA pulls it back to the nodes that a rule prefers; taken for true where absent. */
      failback: z.boolean().optional(),
    })
    .optional(),
  /** Changes when a vmid is used again for another guest: nothing learned of the old one holds for the new. */
  identity: z.string(),
  constraints: GuestConstraints.optional(),
});

export const HaRule = z.object({
  rule: z.string(),
  type: z.enum(['node-affinity', 'resource-affinity']),
  guests: z.array(GuestId),
  /** node-affinity: nodes by priority; those to keep off where `affinity` is negative. */
  nodes: z.record(z.string(), z.number()).optional(),
  strict: z.boolean().optional(),
  /** Of a group of PVE 8, for all its guests; else each guest has its own. */
  failback: z.boolean().optional(),
  affinity: z.enum(['positive', 'negative']).optional(),
});

/** A migration that runs now, whoever started it. */
export const RunningMigration = z.object({
  guest: GuestId,
  source: z.string(),
  target: z.string().optional(),
  upid: z.string().optional(),
  started_at: Time.optional(),
});

export const RunRef = z.object({ run_id: z.string(), opened_at: Time });

/** One look at one cluster. */
export const ClusterSample = z.object({
  cluster: ClusterName,
  /** Time of the cluster at which the data was read. */
  at: Time,
  /** Its time is not the machine's but one of its own, as of a simulated cluster. */
  own_clock: z.boolean().optional(),
  /** Rises by one with each sample of a cluster. */
  sequence: z.number().int(),
  /** The configuration in force: the first 16 hex digits of its SHA-256. */
  config_revision: z.string(),
  /** Present where this sample opens a run. */
  run: RunRef.optional(),
  quorate: z.boolean(),
  version: z.string(),
  nodes: z.array(NodeSample),
  guests: z.array(GuestSample),
  ha_rules: z.array(HaRule),
  /** Proxmox's own balancer: `dynamic` with automatic rebalancing owns HA guests. */
  crs: z.object({ mode: z.string(), auto_rebalance: z.boolean() }),
  /** Bytes a second that the cluster allows a migration (`bwlimit` of its options); absent where it sets no limit. */
  migration_limit: z.number().optional(),
  running_migrations: z.array(RunningMigration),
  /** By whom and why it is paused, where it is. */
  paused: z.string().optional(),
  /** Why whoever looks must write nothing to Proxmox, whatever else holds. */
  kill_switch: z.string().optional(),
  /** What was not read, or not wholly, while rules, resources or maintenance are among it nothing moves; absent where all was read. */
  unread: z.array(z.enum(['ha_rules', 'ha_resources', 'maintenance', 'options', 'tasks'])).optional(),
  /** What could not be read this time, one sentence each; decisions that need it fail closed. */
  problems: z.array(z.string()),
});

export type NodeSample = z.output<typeof NodeSample>;
export type GuestSample = z.output<typeof GuestSample>;
export type ClusterSample = z.output<typeof ClusterSample>;
export type GuestConstraints = z.output<typeof GuestConstraints>;
export type StorageSample = z.output<typeof StorageSample>;
export type HaRule = z.output<typeof HaRule>;
export type RunRef = z.output<typeof RunRef>;
export type RunningMigration = z.output<typeof RunningMigration>;
