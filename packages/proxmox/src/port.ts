/** Time of the cluster, epoch milliseconds; `scale` is how many of its seconds pass in one real second (1 but for a simulator); `own` where it is not the machine's. */
export type ClusterClock = { now: number; scale: number; own?: true };

export type GuestRef = { node: string; type: 'qemu' | 'lxc'; vmid: number };

export type NodeRow = {
  node: string;
  status: 'online' | 'offline' | 'unknown';
  cpu?: number | undefined;
  maxcpu?: number | undefined;
  mem?: number | undefined;
  maxmem?: number | undefined;
  uptime?: number | undefined;
  hastate?: string | undefined;
};

export type GuestRow = {
  id: string;
  vmid: number;
  node: string;
  type: 'qemu' | 'lxc';
  name?: string | undefined;
  status: string;
  template: boolean;
  cpu?: number | undefined;
  maxcpu?: number | undefined;
  mem?: number | undefined;
  maxmem?: number | undefined;
  memhost?: number | undefined;
  disk?: number | undefined;
  maxdisk?: number | undefined;
  /** Cumulative bytes since the guest started. */
  netin?: number | undefined;
  netout?: number | undefined;
  diskread?: number | undefined;
  diskwrite?: number | undefined;
  uptime?: number | undefined;
  pool?: string | undefined;
  lock?: string | undefined;
  tags: string[];
  hastate?: string | undefined;
};

export type StorageRow = {
  storage: string;
  node: string;
  shared: boolean;
  active: boolean;
  content: string[];
  disk?: number | undefined;
  maxdisk?: number | undefined;
};

export type NodeStatus = {
  cpu: number;
  /** IO wait, fraction. */
  wait: number;
  cpu_model?: string | undefined;
  cpu_vendor?: string | undefined;
  cpu_flags?: string | undefined;
  threads: number;
  memory_total: number;
  memory_used: number;
  pve_version?: string | undefined;
};

/** One bucket of rrddata: `time` is its start (epoch seconds). */
export type HistoryRow = {
  time: number;
  cpu?: number | undefined;
  maxcpu?: number | undefined;
  /** Bytes. */
  mem?: number | undefined;
  maxmem?: number | undefined;
  iowait?: number | undefined;
  pressure_cpu_some?: number | undefined;
  pressure_io_some?: number | undefined;
  pressure_io_full?: number | undefined;
  pressure_memory_some?: number | undefined;
  pressure_memory_full?: number | undefined;
};

export type HaResource = {
  sid: string;
  type: string;
  state: string;
  group?: string | undefined;
  auto_rebalance: boolean;
  /** Absent before PVE 9, where its group says it. */
  failback?: boolean | undefined;
};
export type HaRuleRow = {
  rule: string;
  type: string;
  resources: string[];
  nodes?: Record<string, number> | undefined;
  strict?: boolean | undefined;
  /** Of a group only. */
  failback?: boolean | undefined;
  affinity?: string | undefined;
  disabled: boolean;
};

export type TaskRow = {
  upid: string;
  node: string;
  type: string;
  /** vmid where there is one. */
  id: string;
  user: string;
  /** Epoch seconds. */
  starttime: number;
  endtime?: number | undefined;
  /** Exit text of a finished task; absent while it runs. */
  status?: string | undefined;
};

export type GuestAgent = 'answers' | 'silent' | 'none';

export type TaskStatus = { running: boolean; exitstatus?: string | undefined };

export type MigrationPreconditions = {
  running: boolean;
  /** Absent where this version of Proxmox does not say. */
  allowed_nodes?: string[] | undefined;
  /** Why not, by node: sentences. */
  not_allowed: Record<string, string[]>;
  /** Storages of the guest that a node does not have: of all its reasons, the one that a storage map mends. */
  unavailable_storages: Record<string, string[]>;
  /** `stays` says why Proxmox will not take it along from a running guest. */
  local_disks: { volid: string; size?: number | undefined; stays?: string | undefined }[];
  local_resources: string[];
  dependent_ha_resources: string[];
  /** True where its node can take the connections that its firewall tracks along; absent where it cannot, or is too old to be asked. */
  conntrack?: true;
};

export type MigrateOptions = {
  target: string;
  online: boolean;
  with_local_disks: boolean;
  restart: boolean;
  /** Takes the connections that its firewall tracks along; only where the preconditions say that this can be had. */
  conntrack?: boolean;
  /** Storage there by storage here, for disks that do not keep theirs; needs VM.Config.Disk, and Datastore.AllocateSpace there. */
  storage_map?: Record<string, string> | undefined;
  timeout_ms?: number;
};

/** A volume on a storage; `vmid` is whose it is by its name. */
export type VolumeRow = { volume: string; vmid?: number | undefined; bytes?: number | undefined };

/** A name for a PCI device that nodes may have; `live` where a running guest may take it along. */
export type PciMapping = { mapping: string; live: boolean; nodes: string[] };

/** A guest that Proxmox keeps copied to another node. */
export type Replication = { vmid: number; target: string };

/** Rows of an answer that could not be read and are missing from it; `id` names the first of them where it says who it is. */
export type DroppedRows = {
  what:
    | 'node'
    | 'guest'
    | 'storage'
    | 'resource'
    | 'member'
    | 'HA resource'
    | 'HA rule'
    | 'HA state'
    | 'task'
    | 'volume'
    | 'replication'
    | 'bridge'
    | 'backup job';
  count: number;
  /** Letters, digits and `._:-` only, at most 40. */
  id?: string;
};
/** A vzdump schedule; `next_run` in epoch seconds, `vmids` besides those of the pool. */
export type BackupJob = {
  id: string;
  enabled: boolean;
  next_run: number | undefined;
  vmids: 'all' | number[];
  exclude: number[];
  pool: string | undefined;
  /** The only node on which it runs. */
  node: string | undefined;
};
/** Hears of dropped rows before the call resolves; whoever decides by what is absent must listen. */
export type OnDropped = (rows: DroppedRows) => void;

/** The calls that Evenkeel makes; every answer is decoded at the edge. All may throw a ProxmoxError. */
export type Proxmox = {
  /** `USER@REALM`: whose token this is, and who begins its tasks. */
  user: string;
  clock: () => ClusterClock;
  version: () => Promise<{ version: string; release: string }>;
  status: (onDropped?: OnDropped) => Promise<{
    name?: string | undefined;
    quorate: boolean;
    nodes: { node: string; online: boolean; ip?: string | undefined }[];
  }>;
  resources: (onDropped?: OnDropped) => Promise<{ nodes: NodeRow[]; guests: GuestRow[]; storages: StorageRow[] }>;
  /** `migration_limit` in bytes a second, where the cluster limits migrations. */
  options: () => Promise<{
    crs: { mode: string; auto_rebalance: boolean };
    migration_network?: string | undefined;
    migration_limit?: number | undefined;
  }>;
  node_status: (node: string) => Promise<NodeStatus>;
  /** Bridges and vnets of a node by name; Proxmox leaves out those of which the token has neither SDN.Audit nor SDN.Use. */
  bridges: (node: string, onDropped?: OnDropped) => Promise<string[]>;
  /** What the clock of a node says, epoch milliseconds in whole seconds. */
  node_time: (node: string) => Promise<number>;
  /** The configuration as Proxmox keeps it: keys to strings. */
  guest_config: (guest: GuestRef) => Promise<Record<string, string>>;
  /** Snapshots of a guest; `with_state` where its memory was saved too. */
  guest_snapshots: (guest: GuestRef) => Promise<{ name: string; with_state: boolean }[]>;
  node_history: (node: string, timeframe: 'hour' | 'day' | 'week') => Promise<HistoryRow[]>;
  guest_history: (guest: GuestRef, timeframe: 'hour' | 'day' | 'week') => Promise<HistoryRow[]>;
  ha_resources: (onDropped?: OnDropped) => Promise<HaResource[]>;
  /** Rules of PVE 9, and groups in the same shape while there are any. */
  ha_rules: (onDropped?: OnDropped) => Promise<HaRuleRow[]>;
  /** Nodes that Proxmox itself holds in maintenance. */
  maintenance_nodes: (onDropped?: OnDropped) => Promise<string[]>;
  /** Volumes on a storage of a node, of one guest or of all; those of guests of which the token has no VM.Config.Disk are left out. */
  volumes: (node: string, storage: string, vmid?: number, onDropped?: OnDropped) => Promise<VolumeRow[]>;
  /** Those of which the token has Mapping.Audit. */
  pci_mappings: () => Promise<PciMapping[]>;
  replications: (onDropped?: OnDropped) => Promise<Replication[]>;
  backup_jobs: (onDropped?: OnDropped) => Promise<BackupJob[]>;
  cluster_tasks: (onDropped?: OnDropped) => Promise<TaskRow[]>;
  node_tasks: (
    node: string,
    filter: { vmid?: number; type?: string; since?: number; source?: 'archive' | 'active' | 'all'; limit?: number },
    onDropped?: OnDropped,
  ) => Promise<TaskRow[]>;
  task_status: (upid: string) => Promise<TaskStatus>;
  task_log: (upid: string, start?: number) => Promise<string[]>;
  /** Needs VM.Migrate. */
  migration_preconditions: (guest: GuestRef, target: string) => Promise<MigrationPreconditions>;
  /**
   * Whether the agent inside a guest answers: `silent` where it should and does not, `none` where there is none to ask. Needs
   * VM.GuestAgent.Audit, before PVE 9 VM.Monitor.
   */
  guest_agent: (guest: GuestRef) => Promise<GuestAgent>;
  permissions: () => Promise<Record<string, Record<string, boolean>>>;
  /** The UPID. Never sent twice by itself: a lost answer is an error with `maybe_accepted`. */
  migrate: (guest: GuestRef, options: MigrateOptions) => Promise<string>;
  stop_task: (upid: string) => Promise<void>;
  close: () => Promise<void>;
};

export type ProxmoxErrorKind =
  /** No host answered. */
  | 'unreachable'
  | 'timeout'
  | 'certificate'
  /** 401: the token is not accepted. */
  | 'unauthorized'
  /** 403: the token lacks a right, named in the message. */
  | 'forbidden'
  /** A write that this process must not make now; it was not sent. */
  | 'held_back'
  /** 400 and 500: Proxmox said no, in its own words. */
  | 'refused'
  /** 501: this version does not have the call. */
  | 'not_implemented'
  /** What came was not what the API promises. */
  | 'bad_answer';

export class ProxmoxError extends Error {
  override name = 'ProxmoxError';
  readonly kind: ProxmoxErrorKind;
  readonly status: number | undefined;
  /** True where a write may have been carried out although no answer came. */
  readonly maybe_accepted: boolean;
  constructor(
    kind: ProxmoxErrorKind,
    message: string,
    more: { status?: number; maybe_accepted?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.kind = kind;
    this.status = more.status;
    this.maybe_accepted = more.maybe_accepted ?? false;
  }
}
