import type { Ledger } from '@evenkeel/bus';
import { ApprovedMigration, Config, type ConfigInput, type Said } from '@evenkeel/contracts';
import { iso, minutes } from '@evenkeel/model';
import { type GuestRow, type NodeRow, type Proxmox, ProxmoxError, type TaskRow } from '@evenkeel/proxmox';
import { createExecutor } from './service.ts';

export const t0 = Date.parse('2026-03-01T12:00:00.000Z');

export function configOf(input: ConfigInput = {}): Config {
  const rules = { max_concurrent_migrations: 2, grace_period_seconds: 20, allow_container_restarts: true };
  return Config.parse({ mode: 'auto', automated_migrations: { dry_run: false, rules }, ...input });
}

const estimate = { expected: 20, low: 10, high: 30 };
const effect = { cpu: 0.5, mem: 0.5, penalty: 30 };

/** An approval of `qemu/<vmid>` from one node to another. */
export function approval(
  vmid: number,
  from: string,
  to: string,
  more: Partial<ApprovedMigration> = {},
): ApprovedMigration {
  return ApprovedMigration.parse({
    migration_id: `m-${vmid}-${to}`,
    cluster: 'lab',
    run_id: 'r1',
    decision_id: `d-${vmid}-${to}`,
    guest: `qemu/${vmid}`,
    vmid,
    name: `vm${vmid}`,
    type: 'qemu',
    identity: `i${vmid}`,
    source_node: from,
    target_node: to,
    approved_at: iso(t0),
    expires_at: iso(t0 + minutes(5)),
    sample_sequence: 1,
    config_revision: 'c',
    confidence_score: 80,
    expected: {
      improvement: estimate,
      duration_seconds: estimate,
      downtime_seconds: estimate,
      effect: { source_before: effect, source_after: effect, target_before: effect, target_after: effect },
      guest_cpu_cores: estimate,
      behavior: 'steady',
    },
    migration_plan: {
      migration_type: 'live_migration',
      source_vm_id: String(vmid),
      source_node_id: from,
      target_node_id: to,
      expected_utilization_improvement: {
        current_utilization: 80,
        expected_utilization: 60,
        improvement_percentage: 25,
      },
      execution_steps: [],
      success_criteria: [],
      rollback_conditions: [],
      resource_requirements: {
        target_node_cpu_available: '',
        target_node_memory_available: '',
        network_bandwidth_required: '',
      },
      estimated_downtime_seconds: 1,
      estimated_completion_minutes: 1,
      success_checks: [],
      rollback_checks: [],
      requirements: { target_cpu_cores: 1, target_memory_bytes: 1, network_bytes_per_second: 1 },
      downtime_seconds: estimate,
      duration_seconds: estimate,
    },
    ...more,
  });
}

/** Compare-and-set in a few lines. */
export function createLedger(): Ledger {
  const kept = new Map<string, { json: string; revision: number }>();
  let last = 0;
  const put = (key: string, value: unknown) => {
    kept.set(key, { json: JSON.stringify(value), revision: ++last });
    return last;
  };
  const read = (key: string) => {
    const entry = kept.get(key);
    return entry ? { key, value: JSON.parse(entry.json) as unknown, revision: entry.revision } : null;
  };
  return {
    create: async (key, value) => (kept.has(key) ? null : put(key, value)),
    update: async (key, value, revision) => (kept.get(key)?.revision === revision ? put(key, value) : null),
    get: async (key) => read(key),
    remove: async (key, revision) => kept.get(key)?.revision === revision && kept.delete(key),
    list: async (prefix) =>
      [...kept.keys()]
        .filter((k) => k.startsWith(`${prefix}.`))
        .sort()
        .map((k) => read(k)!),
  };
}

type Task = TaskRow & { ends: number; exit: string; then?: () => void };
type Answer = 'ok' | 'lost' | 'carried_out_but_lost' | 'no';
export type Fate = { answer?: Answer; exit?: string; moves?: boolean; seconds?: number; ha?: boolean; hung?: boolean };

/** The other side: a cluster that migrates guests, and counts what is done to it. */
export function createWorld(guests: Record<number, string>, fates: Record<number, Fate> = {}) {
  const clock = { now: t0 };
  const nodes: NodeRow[] = ['n1', 'n2', 'n3'].map((node) => ({
    node,
    status: 'online',
    cpu: 0.3,
    maxcpu: 32,
    mem: 64e9,
    maxmem: 256e9,
  }));
  const rows: GuestRow[] = Object.entries(guests).map(([vmid, node]) => ({
    id: `qemu/${vmid}`,
    vmid: Number(vmid),
    node,
    type: 'qemu',
    name: `vm${vmid}`,
    status: 'running',
    template: false,
    cpu: 0.5,
    maxcpu: 4,
    mem: 4e9,
    maxmem: 8e9,
    tags: [],
  }));
  const tasks: Task[] = [];
  const posts: { vmid: number; target: string; with_local_disks: boolean }[] = [];
  const moving: { vmid: number; source: string; target: string; ends: number }[] = [];
  const violations: string[] = [];
  const limits = { slots: 2 };
  const state = { quorate: true, silent: false, stopped: [] as string[] };

  const spawn = (type: string, node: string, vmid: number, seconds: number, exit: string, then?: () => void) => {
    const starttime = Math.floor(clock.now / 1000);
    const n = tasks.length.toString(16).padStart(8, '0').toUpperCase();
    const upid = `UPID:${node}:${n}:00000001:${starttime.toString(16).toUpperCase()}:${type}:${vmid}:bal@pve!lb:`;
    tasks.push({
      upid,
      node,
      type,
      id: String(vmid),
      user: 'bal@pve',
      starttime,
      ends: clock.now + seconds * 1000,
      exit,
      ...(then ? { then } : {}),
    });
    return upid;
  };
  const settle = () => {
    for (const task of [...tasks]) {
      if (task.endtime !== undefined || task.ends > clock.now) continue;
      task.endtime = Math.floor(task.ends / 1000);
      task.status = task.exit;
      task.then?.();
    }
  };
  const transfer = (row: GuestRow, target: string, fate: Fate) => {
    row.lock = 'migrate';
    const source = row.node;
    const seconds = fate.hung ? 1e9 : (fate.seconds ?? 12);
    moving.push({ vmid: row.vmid, source, target, ends: clock.now + seconds * 1000 });
    return spawn('qmigrate', source, row.vmid, seconds, fate.exit ?? 'OK', () => {
      row.lock = undefined;
      if (fate.moves ?? (fate.exit ?? 'OK') === 'OK') row.node = target;
      moving.splice(
        moving.findIndex((m) => m.vmid === row.vmid),
        1,
      );
    });
  };
  const check = () => {
    for (const key of ['vmid', 'source', 'target'] as const)
      if (new Set(moving.map((m) => m[key])).size < moving.length) violations.push(`two migrations share a ${key}`);
    if (moving.length > limits.slots) violations.push(`${moving.length} migrations at a time`);
  };
  const migrate: Proxmox['migrate'] = async (guest, options) => {
    settle();
    posts.push({ vmid: guest.vmid, target: options.target, with_local_disks: options.with_local_disks });
    const fate = fates[guest.vmid] ?? {};
    const row = rows.find((r) => r.vmid === guest.vmid);
    if (fate.answer === 'lost') throw new ProxmoxError('timeout', 'no answer', { maybe_accepted: true });
    if (fate.answer === 'no') throw new ProxmoxError('refused', "storage 'x' is not available on node 'n2'");
    if (row?.lock) throw new ProxmoxError('refused', `VM is locked (${row.lock})`);
    if (row?.node !== guest.node) throw new ProxmoxError('refused', 'Configuration file does not exist');
    const upid = fate.ha
      ? spawn('hamigrate', guest.node, guest.vmid, 1, 'OK', () =>
          spawn('wait', guest.node, 0, 15, 'OK', () => transfer(row, options.target, fate)),
        )
      : transfer(row, options.target, fate);
    check();
    if (fate.answer === 'carried_out_but_lost')
      throw new ProxmoxError('timeout', 'no answer', { maybe_accepted: true });
    return upid;
  };
  const find = (upid: string) => {
    settle();
    const task = tasks.find((t) => t.upid === upid);
    if (!task) throw new ProxmoxError('refused', 'no such task');
    return task;
  };
  const hear =
    <A extends unknown[], T>(answer: (...args: A) => T) =>
    async (...args: A): Promise<T> => {
      settle();
      if (state.silent) throw new ProxmoxError('unreachable', 'no host answered');
      return structuredClone(answer(...args));
    };
  const proxmox = {
    clock: () => ({ now: clock.now, scale: 1 }),
    status: hear(() => ({ quorate: state.quorate, nodes: [] })),
    resources: hear(() => ({ nodes, guests: rows, storages: [] })),
    maintenance_nodes: hear(() => [] as string[]),
    cluster_tasks: hear(() => tasks.map(({ then: _, ...row }) => row)),
    node_tasks: hear((node: string, { vmid }: { vmid?: number }) =>
      tasks.filter((t) => t.node === node && t.id === String(vmid)).map(({ then: _, ...row }) => row),
    ),
    task_status: hear((upid: string) => {
      const task = find(upid);
      return task.endtime === undefined ? { running: true } : { running: false, exitstatus: task.exit };
    }),
    task_log: hear((upid: string) =>
      find(upid).endtime === undefined
        ? ['starting migration']
        : ['migration finished successfully (duration 00:00:12)'],
    ),
    migration_preconditions: hear(() => ({
      running: true,
      allowed_nodes: ['n1', 'n2', 'n3'],
      not_allowed: {},
      local_disks: [],
      local_resources: [],
      dependent_ha_resources: [],
    })),
    migrate,
    stop_task: async (upid: string) => {
      state.stopped.push(upid);
    },
  } as unknown as Proxmox;
  /** A migration that ended a minute ago. */
  const past = (vmid: number, node: string) => {
    clock.now -= minutes(1);
    spawn('qmigrate', node, vmid, 5, 'OK');
    clock.now += minutes(1);
  };
  return { past, clock, nodes, rows, tasks, posts, violations, limits, state, proxmox };
}
export type World = ReturnType<typeof createWorld>;

/** What survives a process: the state of the service, its outbox, and the stream of what was said. */
export function createMemory() {
  return {
    version: 0,
    said: new Map<string, unknown>(),
    stream: new Map<string, Said>(),
    conflicts: [] as string[],
    times: 0,
  };
}
export type Memory = ReturnType<typeof createMemory>;

export type Through = <A extends unknown[], T>(
  label: string,
  call: (...args: A) => Promise<T>,
) => (...args: A) => Promise<T>;

/** A process: a fresh executor and as much of a runtime as it needs; every call to the outside goes through `through`. */
export function createProcess(
  world: World,
  ledger: Ledger,
  memory: Memory,
  through: Through = (_, call) => call,
  config = configOf(),
) {
  const wrap = <T extends object>(port: T, sync: string[]): T =>
    new Proxy(port, {
      get: (target, name: string) => {
        const call = target[name as keyof T];
        if (typeof call !== 'function' || sync.includes(name)) return call;
        return through(name, call.bind(target) as (...args: unknown[]) => Promise<unknown>);
      },
    });
  const patience = { post_timeout_ms: 30_000, grace_ms: 5_000 };
  const service = createExecutor({ patience, monotonic: () => world.clock.now });
  const outside = { ledger: wrap(ledger, []), proxmox: wrap(world.proxmox, ['clock']) };

  async function handle(run: (context: never) => Promise<readonly Said[]>) {
    const version = memory.version;
    const kept = new Map(memory.said);
    const executions = {
      get: async (part: string) => kept.get(part),
      all: async () => Object.fromEntries(kept),
      set: (value: unknown, part: string) => void writes.push(() => memory.said.set(part, value)),
      remove: (part: string) => void writes.push(() => memory.said.delete(part)),
    };
    const writes: (() => void)[] = [];
    const log = { error: (_: object, message: string) => memory.conflicts.push(message) };
    const events = await run({
      cluster: 'lab',
      now: world.clock.now,
      config,
      state: { executions },
      log,
      ...outside,
    } as never);
    if (memory.version !== version) return;
    memory.version++;
    for (const write of writes) write();
    for (const event of events) say(memory, event);
  }
  return {
    approve: (migration: ApprovedMigration) =>
      handle((context) => [...service.handlers.values()][0]!({ data: { migration } as never, id: '' }, context)),
    tick: () => handle(service.timers[0]!.handle),
  };
}

function say(memory: Memory, event: Said) {
  memory.times++;
  const { migration, look } = event.data as { migration: ApprovedMigration; look?: number };
  const id = [event.name, migration.migration_id, ...(look ? [look] : [])].join('/');
  const before = memory.stream.get(id);
  if (before && !look && JSON.stringify(before) !== JSON.stringify(event))
    memory.conflicts.push(`${id} was said twice, differently`);
  if (!before) memory.stream.set(id, event);
}

const terminal = ['migration.completed', 'migration.failed', 'migration.refused'];
/** The terminal events of a migration. */
export const ends = (memory: Memory, { migration_id }: ApprovedMigration): string[] =>
  terminal.filter((name) => memory.stream.has(`${name}/${migration_id}`));
export const eventOf = <D>(memory: Memory, name: string, { migration_id }: ApprovedMigration): D | undefined =>
  memory.stream.get(`${name}/${migration_id}`)?.data as D | undefined;
