import { guestHistory } from '../history.ts';
import { guestFigures } from '../published.ts';
import { type GuestState, lockOf, nodeOf, segmentAt } from '../world.ts';
import { demand, may } from './access.ts';
import { died } from './answer.ts';
import { digest, gib, lxcConfig, qemuConfig } from './guest-config.ts';
import { asked, FRAME, nodeAt } from './nodes.ts';
import type { Context, Route } from './route.ts';
import { haStateOf } from './rows.ts';

type Kind = 'qemu' | 'lxc';

const FOLDERS = { qemu: 'qemu-server', lxc: 'lxc' };

/** The guest that the path names, where it is on that node; 500 in Proxmox's words where not. */
export const guestAt = ({ world, at }: Context, type: Kind): GuestState => {
  const guest = world.guests.get(Number(at.vmid));
  if (!guest || guest.plan.type !== type || nodeOf(guest) !== at.node)
    throw died(`Configuration file 'nodes/${at.node}/${FOLDERS[type]}/${at.vmid}.conf' does not exist`);
  return guest;
};

const pressures = (guest: GuestState, context: Context): Record<string, number> | undefined => {
  const node = nodeAt(context);
  const found = context.published(node)?.load.guests.get(guest.plan.vmid);
  if (context.world.plan.major === 8 || !found?.running) return undefined;
  const stalled = found.demand > 0 ? 100 * (1 - found.served / found.demand) : 0;
  return {
    pressurecpusome: Number(stalled.toFixed(2)),
    pressurecpufull: Number((stalled / 2).toFixed(2)),
    pressureiosome: 0,
    pressureiofull: 0,
    pressurememorysome: 0,
    pressurememoryfull: 0,
  };
};

const asStrings = (values: Record<string, number> | undefined): Record<string, string> | undefined =>
  values && Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value.toFixed(2)]));

const shared = (guest: GuestState, context: Context) => {
  const { plan } = guest;
  const node = nodeAt(context);
  const figures = guestFigures(guest, node, context.published(node));
  const running = segmentAt(guest, context.world.now).running;
  return {
    vmid: plan.vmid,
    name: plan.name,
    status: running ? 'running' : 'stopped',
    cpus: Math.min(plan.vcpus, node.plan.threads),
    cpu: running ? (figures?.cpu ?? 0) : 0,
    mem: running ? (figures?.mem ?? 0) : 0,
    maxmem: plan.memory,
    maxdisk: plan.disks[0]?.bytes ?? 0,
    netin: figures?.netin ?? 0,
    netout: figures?.netout ?? 0,
    diskread: figures?.diskread ?? 0,
    diskwrite: figures?.diskwrite ?? 0,
    uptime: running ? (figures?.uptime ?? 0) : 0,
    ...(running ? { pid: 1000 + (plan.key % 30_000) } : {}),
    ...(plan.template ? { template: 1 } : {}),
    ...(lockOf(context.world, guest) ? { lock: lockOf(context.world, guest) } : {}),
    ...(plan.tags.length > 0 ? { tags: plan.tags.join(';') } : {}),
  };
};

const listRow = (guest: GuestState, context: Context): Record<string, unknown> => {
  const row = shared(guest, context);
  const { plan } = guest;
  const pressed = pressures(guest, context);
  if (plan.type === 'lxc')
    return {
      ...row,
      type: 'lxc',
      disk: row.status === 'running' ? Math.round(row.maxdisk * 0.4) : 0,
      swap: 0,
      maxswap: plan.memory / 4,
      ...asStrings(pressed),
    };
  const node = nodeAt(context);
  const memhost = guestFigures(guest, node, context.published(node))?.memhost ?? 0;
  return {
    ...row,
    disk: 0,
    ...(context.world.plan.major === 9 ? { memhost: row.status === 'running' ? memhost : 0 } : {}),
    ...pressed,
  };
};

const list =
  (type: Kind) =>
  (context: Context): unknown[] => {
    const { world, caller } = context;
    const node = nodeAt(context).plan.name;
    return [...world.guests.values()]
      .filter((guest) => guest.plan.type === type && nodeOf(guest) === node)
      .filter(
        ({ plan }) =>
          may(caller, `/vms/${plan.vmid}`, 'VM.Audit') ||
          (plan.pool !== undefined && may(caller, `/pool/${plan.pool}`, 'VM.Audit')),
      )
      .map((guest) => listRow(guest, context));
  };

const haOf = (guest: GuestState, major: 8 | 9) =>
  guest.ha
    ? {
        managed: 1,
        state: haStateOf(guest),
        ...(major === 8 && guest.plan.ha?.group ? { group: guest.plan.ha.group } : {}),
      }
    : { managed: 0 };

const current =
  (type: Kind) =>
  (context: Context): unknown => {
    const guest = guestAt(context, type);
    const { plan } = guest;
    const row: Record<string, unknown> = { ...listRow(guest, context), ha: haOf(guest, context.world.plan.major) };
    if (type === 'lxc') return row;
    if (row.status !== 'running') return { ...row, qmpstatus: 'stopped' };
    const used = row.mem as number;
    const free = plan.memory - used;
    return {
      ...row,
      qmpstatus: plan.status === 'paused' ? 'paused' : 'running',
      'running-machine': context.world.plan.major === 9 ? 'pc-i440fx-10.1+pve0' : 'pc-i440fx-9.2+pve1',
      'running-qemu': context.world.plan.major === 9 ? '10.1.2' : '9.2.0',
      agent: 1,
      balloon: plan.memory,
      freemem: free,
      ballooninfo: { actual: plan.memory, max_mem: plan.memory, total_mem: plan.memory, free_mem: free },
      nics: { [`tap${plan.vmid}i0`]: { netin: row.netin, netout: row.netout } },
      blockstat: {},
      'proxmox-support': { 'pbs-dirty-bitmap': true, 'query-bitmap-info': true, 'backup-max-workers': true },
      clipboard: null,
    };
  };

const config =
  (type: Kind) =>
  (context: Context): unknown => {
    const guest = guestAt(context, type);
    const { plan } = guest;
    const disks = plan.disks.map((disk) => [
      disk.key,
      `${disk.volid},size=${gib(disk.bytes)}${type === 'qemu' ? ',iothread=1' : ''}`,
    ]);
    const whole = {
      ...(type === 'qemu' ? qemuConfig(guest) : lxcConfig(guest)),
      ...Object.fromEntries(disks),
      ...(plan.tags.length > 0 ? { tags: plan.tags.join(';') } : {}),
      ...(plan.template ? { template: 1 } : {}),
      ...(lockOf(context.world, guest) ? { lock: lockOf(context.world, guest) } : {}),
      ...plan.config,
    };
    return { ...whole, digest: digest(JSON.stringify(whole)) };
  };

const audit =
  (type: Kind, answer: (context: Context) => unknown) =>
  (context: Context): unknown => {
    const pool = context.world.guests.get(Number(context.at.vmid))?.plan.pool;
    if (!pool || !may(context.caller, `/pool/${pool}`, 'VM.Audit'))
      demand(context.caller, `/vms/${context.at.vmid}`, 'VM.Audit');
    if (!may(context.caller, '/', 'VM.Audit')) guestAt(context, type);
    return answer(context);
  };

const history = (context: Context): unknown => {
  const { timeframe, fold } = asked(context.given);
  const guest = context.world.guests.get(Number(context.at.vmid));
  if (!guest)
    throw died(`Configuration file 'nodes/${context.at.node}/${FOLDERS.qemu}/${context.at.vmid}.conf' does not exist`);
  return guestHistory(context.world, context.past, guest, timeframe, fold);
};

const routesOf = (type: Kind): Route[] => [
  {
    method: 'GET',
    path: `/nodes/{node}/${type}`,
    parameters: type === 'qemu' ? { full: { type: 'boolean', optional: true } } : {},
    answer: list(type),
  },
  {
    method: 'GET',
    path: `/nodes/{node}/${type}/{vmid}/status/current`,
    parameters: {},
    answer: audit(type, current(type)),
  },
  {
    method: 'GET',
    path: `/nodes/{node}/${type}/{vmid}/config`,
    parameters: { current: { type: 'boolean', optional: true }, snapshot: { type: 'string', optional: true } },
    answer: audit(type, config(type)),
  },
  { method: 'GET', path: `/nodes/{node}/${type}/{vmid}/rrddata`, parameters: FRAME, answer: audit(type, history) },
];

export const guestRoutes: Route[] = [...routesOf('qemu'), ...routesOf('lxc')];
