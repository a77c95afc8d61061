import { minutes } from '@evenkeel/model';
import {
  type GuestRef,
  type GuestRow,
  type HaResource,
  type HaRuleRow,
  type NodeRow,
  type Proxmox,
  ProxmoxError,
  type TaskRow,
} from '@evenkeel/proxmox';
import { t0 } from './approval.ts';

type Task = TaskRow & { ends: number; exit: string; then?: () => void };
type Answer = 'ok' | 'lost' | 'carried_out_but_lost' | 'no';
export type Fate = {
  answer?: Answer;
  exit?: string;
  moves?: boolean;
  seconds?: number;
  ha?: boolean;
  hung?: boolean;
  pauses?: boolean;
  mute?: boolean;
};

const pausing = '2026-03-01 12:00:09 auto-increased downtime to continue migration: 12800 ms';

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
  const stopped = new Set<string>();
  const posts: { vmid: number; target: string; with_local_disks: boolean }[] = [];
  const moving: { vmid: number; source: string; target: string; ends: number }[] = [];
  const violations: string[] = [];
  const limits = { slots: 2 };
  const state = {
    quorate: true,
    silent: false,
    stopped: [] as string[],
    local_disks: [] as { volid: string }[],
    /** What nodes have; vmbr0 where it is not said. */
    bridges: {} as Record<string, string[]>,
    crs: { mode: 'basic', auto_rebalance: false },
    services: [] as HaResource[],
    rules: [] as HaRuleRow[],
    config: { net0: 'virtio,bridge=vmbr0' } as Record<string, string>,
    /** Models of the processors of nodes that are not like the others. */
    models: {} as Record<string, string>,
    /** Guests whose agent does not answer on these nodes. */
    mute: {} as Record<number, string[]>,
    /** Seconds by which the clocks of nodes are off. */
    off: {} as Record<string, number>,
  };

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
    const upid = spawn('qmigrate', source, row.vmid, seconds, fate.exit ?? 'OK', () => {
      row.lock = undefined;
      if (!stopped.has(upid) && (fate.moves ?? (fate.exit ?? 'OK') === 'OK')) row.node = target;
      moving.splice(
        moving.findIndex((m) => m.vmid === row.vmid),
        1,
      );
    });
    return upid;
  };
  const check = () => {
    for (const key of ['vmid', 'source', 'target'] as const)
      if (new Set(moving.map((m) => m[key])).size < moving.length) violations.push(`two migrations share a ${key}`);
    if (moving.length > limits.slots) violations.push(`${moving.length} migrations at a time`);
  };
  const home = structuredClone(guests);
  const isMute = (vmid: number, node: string) =>
    state.mute[vmid]?.includes(node) || (fates[vmid]?.mute && node !== home[vmid]);
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
    user: 'bal@pve',
    clock: () => ({ now: clock.now, scale: 1 }),
    version: hear(() => ({ version: '9.2.2', release: '9.2' })),
    node_time: hear((node: string) => clock.now + 1000 * (state.off[node] ?? 0)),
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
        ? ['2026-03-01 12:00:00 starting migration', ...(fates[Number(find(upid).id)]?.pauses ? [pausing] : [])]
        : ['migration finished successfully (duration 00:00:12)'],
    ),
    migration_preconditions: hear(({ vmid }: GuestRef) => ({
      running: rows.find((row) => row.vmid === vmid)?.status === 'running',
      allowed_nodes: ['n1', 'n2', 'n3'],
      not_allowed: {},
      unavailable_storages: {},
      local_disks: state.local_disks,
      local_resources: [],
      dependent_ha_resources: [],
    })),
    guest_config: hear(({ node, vmid }: GuestRef) => {
      if (rows.some((row) => row.vmid === vmid)) return state.config;
      throw new ProxmoxError('refused', `Configuration file 'nodes/${node}/qemu-server/${vmid}.conf' does not exist`);
    }),
    node_status: hear((node: string) => ({
      cpu: 0.3,
      wait: 0,
      threads: 32,
      memory_total: 256e9,
      memory_used: 64e9,
      cpu_model: state.models[node] ?? 'AMD EPYC 7313P 16-Core Processor',
      pve_version: 'pve-manager/9.2.2/b9984c6d90a4bd80',
    })),
    replications: hear(() => []),
    bridges: hear((node: string) => state.bridges[node] ?? ['vmbr0']),
    options: hear(() => ({ crs: state.crs })),
    ha_resources: hear(() => state.services),
    ha_rules: hear(() => state.rules),
    guest_agent: hear(({ vmid, node }: GuestRef) => (isMute(vmid, node) ? 'silent' : 'answers')),
    migrate,
    stop_task: async (upid: string) => {
      state.stopped.push(upid);
      const task = find(upid);
      if (fates[Number(task.id)]?.hung) return;
      Object.assign(task, { ends: clock.now, exit: 'interrupted by signal' });
      stopped.add(upid);
    },
  } as unknown as Proxmox;
  /** A migration that ended a minute ago. */
  const past = (vmid: number, node: string) => {
    clock.now -= minutes(1);
    spawn('qmigrate', node, vmid, 5, 'OK');
    clock.now += minutes(1);
  };
  return { past, clock, fates, nodes, rows, tasks, posts, violations, limits, state, proxmox };
}
export type World = ReturnType<typeof createWorld>;
