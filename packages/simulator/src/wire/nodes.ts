import { highest, mean, nodeHistory, type Timeframe } from '../history.ts';
import { hashText, noise } from '../random.ts';
import { GIB, MINUTE } from '../units.ts';
import { bootedAt, type NodeState, type World } from '../world.ts';
import { may } from './access.ts';
import { badParameters, died } from './answer.ts';
import type { Context, Route } from './route.ts';
import { nodeRow, storagesOf, storageUses } from './rows.ts';
import { versionOf } from './version.ts';

/** The node that the path names. */
export const nodeAt = ({ world, at }: Context): NodeState => {
  const node = world.nodes.get(at.node as string);
  if (!node) throw died(`no such cluster node '${at.node}'`);
  return node;
};

const fingerprint = (text: string): string =>
  Array.from({ length: 32 }, (_, n) =>
    (hashText(`${text}/${n}`) & 255).toString(16).toUpperCase().padStart(2, '0'),
  ).join(':');

const KERNELS = { 8: '6.8.12-15-pve', 9: '6.17.2-1-pve' };

const COMMON =
  'fpu vme de pse tsc msr pae cx8 apic sep mtrr pge cmov pat mmx fxsr sse sse2 ht syscall nx lm pni ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt aes xsave avx f16c rdrand lahf_lm abm bmi1 avx2 bmi2 hypervisor';

const flagsOf = ({ vendor, flags, lacks }: NodeState['plan']['cpu']): string =>
  [...COMMON.split(' '), vendor === 'AuthenticAMD' ? 'svm' : 'vmx', ...flags.split(' ')]
    .filter((flag) => flag !== '' && !lacks.includes(flag))
    .join(' ');

const cpuInfo = (world: World, { plan }: NodeState) => ({
  model: plan.cpu.model,
  sockets: plan.cpu.sockets,
  cpus: plan.threads,
  cores: Math.max(1, plan.threads / 2),
  mhz: '2995.212',
  flags: flagsOf(plan.cpu),
  hvm: '1',
  user_hz: 100,
  ...(world.plan.major === 9
    ? { vendor: plan.cpu.vendor, family: plan.cpu.vendor === 'AuthenticAMD' ? '25' : '6' }
    : {}),
});

const status = (context: Context): unknown => {
  const { world, published } = context;
  const node = nodeAt(context);
  const { plan } = node;
  const load = published(node)?.load;
  const kernel = KERNELS[world.plan.major];
  const used = Math.round(load?.mem ?? plan.host_memory);
  const average = (minutes: number) =>
    ((load?.demand ?? 0) * (1 + 0.05 * noise(plan.key, world.now / (minutes * MINUTE)))).toFixed(2);
  const cpu = load?.cpu ?? 0;
  return {
    cpu: cpu === 0 ? 0 : cpu,
    wait: load?.iowait ?? 0,
    idle: 0,
    uptime: Math.floor((world.now - bootedAt(node)) / 1000),
    loadavg: [average(1), average(5), average(15)],
    kversion: `Linux ${kernel} #1 SMP PREEMPT_DYNAMIC PMX ${kernel}`,
    'current-kernel': { sysname: 'Linux', release: kernel, version: '#1 SMP PREEMPT_DYNAMIC PMX', machine: 'x86_64' },
    'boot-info': { mode: 'efi', secureboot: 0 },
    cpuinfo: cpuInfo(world, node),
    memory: {
      total: plan.memory,
      used,
      free: plan.memory - used,
      ...(world.plan.major === 9 ? { available: plan.memory - used } : {}),
    },
    swap: { total: 0, used: 0, free: 0 },
    ksm: { shared: 0 },
    rootfs: { total: 94 * GIB, used: 19 * GIB, free: 75 * GIB, avail: 70 * GIB },
    pveversion: `pve-manager/${versionOf(world).version}/${versionOf(world).repoid}`,
  };
};

const storage = (context: Context): unknown => {
  const { world, caller, given } = context;
  const node = nodeAt(context).plan.name;
  const target = given.target as string | undefined;
  if (target !== undefined && !world.nodes.has(target)) throw died(`no such cluster node '${target}'`);
  const there = target === undefined ? undefined : new Set(storagesOf(world, target).map((s) => s.name));
  const useOf = storageUses(world);
  return storagesOf(world, node)
    .filter((s) => may(caller, `/storage/${s.name}`, 'Datastore.Audit') && (there?.has(s.name) ?? true))
    .filter(
      (s) =>
        (given.storage === undefined || s.name === given.storage) &&
        (given.content === undefined || s.content.includes(given.content as string)),
    )
    .map((s) => {
      const { used, total } = useOf(s, node);
      return {
        storage: s.name,
        type: s.type,
        content: s.content.join(','),
        active: 1,
        enabled: 1,
        shared: s.shared ? 1 : 0,
        total,
        used,
        avail: total - used,
        used_fraction: used / total,
      };
    });
};

const BRIDGE = {
  type: 'bridge',
  active: 1,
  autostart: 1,
  method: 'manual',
  method6: 'manual',
  families: ['inet'],
  bridge_ports: 'eno1',
  bridge_stp: 'off',
  bridge_fd: '0',
  priority: 3,
};
const PORT = {
  type: 'eth',
  active: 1,
  exists: 1,
  method: 'manual',
  method6: 'manual',
  families: ['inet'],
  priority: 2,
};

/** Interfaces of a node; a bridge of which the caller may not know is left out without a word. */
const network = (context: Context): unknown[] => {
  const { caller, given } = context;
  const { bridges } = nodeAt(context).plan;
  const wanted = (type: string): boolean =>
    given.type === undefined ||
    given.type === type ||
    (/^any(_local)?_bridge$/.test(String(given.type)) && type === 'bridge');
  const seen = bridges.filter((name) =>
    ['SDN.Audit', 'SDN.Use'].some((right) => may(caller, `/sdn/zones/localnetwork/${name}`, right)),
  );
  return [{ iface: 'eno1', ...PORT }, ...seen.map((iface) => ({ iface, ...BRIDGE }))].filter(({ type }) =>
    wanted(type),
  );
};

/** Timeframe and fold of an rrddata call; what is not simulated is refused as Proxmox would. */
export const asked = (given: Context['given']): { timeframe: Timeframe; fold: typeof mean } => {
  if (given.timeframe === 'decade') throw badParameters({ timeframe: 'no data of that age' });
  return { timeframe: given.timeframe as Timeframe, fold: given.cf === 'MAX' ? highest : mean };
};

export const FRAME = {
  timeframe: { type: 'string', enum: ['hour', 'day', 'week', 'month', 'year', 'decade'] },
  cf: { type: 'string', optional: true, enum: ['AVERAGE', 'MAX'] },
} as const;

const time = (context: Context): unknown => {
  const { clock_offset_s } = nodeAt(context).plan;
  const now = Math.floor(context.world.now / 1000 + clock_offset_s);
  return { time: now, localtime: now, timezone: 'UTC' };
};

export const nodeRoutes: Route[] = [
  {
    method: 'GET',
    path: '/nodes',
    parameters: {},
    answer: (context) =>
      [...context.world.nodes.values()].map((node) => ({
        ...nodeRow(context, node),
        ssl_fingerprint: fingerprint(`${context.world.plan.key}/${node.plan.name}`),
      })),
  },
  {
    method: 'GET',
    path: '/nodes/{node}/status',
    parameters: {},
    needs: ['/nodes/{node}', 'Sys.Audit'],
    answer: status,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/time',
    parameters: {},
    needs: ['/nodes/{node}', 'Sys.Audit'],
    answer: time,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/network',
    parameters: {
      type: {
        type: 'string',
        optional: true,
        enum: ['bridge', 'bond', 'eth', 'alias', 'vlan', 'vnet', 'any_bridge', 'any_local_bridge', 'include_sdn'],
      },
    },
    answer: network,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/storage',
    parameters: {
      storage: { type: 'string', optional: true },
      content: { type: 'string', optional: true },
      enabled: { type: 'boolean', optional: true },
      target: { type: 'string', optional: true },
      format: { type: 'boolean', optional: true },
    },
    answer: storage,
  },
  {
    method: 'GET',
    path: '/nodes/{node}/rrddata',
    parameters: FRAME,
    needs: ['/nodes/{node}', 'Sys.Audit'],
    answer: (context) => {
      const { timeframe, fold } = asked(context.given);
      return nodeHistory(context.world, context.past, nodeAt(context), timeframe, fold);
    },
  },
];
