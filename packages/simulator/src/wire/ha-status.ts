import { type GuestState, inMaintenance, isOnline, isQuorate, type NodeState, nodeOf, type World } from '../world.ts';
import type { Context } from './route.ts';

/** `Thu Jul 23 12:36:06 2026`. */
const perlTime = (at: number): string => {
  const [day, date, month, year, time] = new Date(at).toUTCString().replace(',', '').split(' ');
  return `${day} ${month} ${String(Number(date)).padStart(2, ' ')} ${time} ${year}`;
};

const master = (world: World): string => world.plan.nodes.find((node) => isOnline(world, node.name))?.name ?? '';

/** When a node last said that it lives. */
const beat = (world: World, key: number): number => Math.floor((world.now - (key % 5000)) / 5000) * 5000 + (key % 5000);

const lrmRow = (world: World, name: string): unknown => {
  const node = world.nodes.get(name);
  const since = node?.down.at(-1);
  const up = isOnline(world, name);
  const at = up ? beat(world, node?.plan.key ?? 0) : (since?.from ?? world.now);
  const active = world.services.some((guest) => nodeOf(guest) === name);
  const mode = !up
    ? 'old timestamp - dead?'
    : node && inMaintenance(world, node.plan)
      ? 'maintenance mode'
      : active
        ? 'active'
        : 'idle';
  const watchdog = active ? 'watchdog active' : 'watchdog standby';
  const text = world.plan.version === '9.2' && up ? `${mode}, ${watchdog}` : mode;
  return {
    id: `lrm:${name}`,
    type: 'lrm',
    node: name,
    status: `${name} (${text}, ${perlTime(at)})`,
    timestamp: Math.floor(at / 1000),
  };
};

const crmState = (guest: GuestState): string =>
  guest.ha?.state === 'starting' ? 'started' : (guest.ha?.state ?? 'started');

const serviceRow = (world: World, guest: GuestState): unknown => {
  const { plan } = guest;
  const state = guest.ha?.state;
  const node = nodeOf(guest);
  return {
    id: `service:${plan.sid}`,
    type: 'service',
    sid: plan.sid,
    node,
    state,
    crm_state: crmState(guest),
    request_state: plan.ha?.state,
    status: `${plan.sid} (${node}, ${state})`,
    max_restart: plan.ha?.max_restart,
    max_relocate: plan.ha?.max_relocate,
    ...(plan.ha?.comment ? { comment: plan.ha.comment } : {}),
    ...(world.plan.major === 9 ? { failback: plan.ha?.failback ? 1 : 0 } : {}),
    ...(world.plan.version === '9.2' ? { 'auto-rebalance': plan.ha?.auto_rebalance ? 1 : 0 } : {}),
  };
};

export const current = ({ world, via }: Context): unknown[] => {
  const used = world.services.length > 0 || world.plan.nodes.some((node) => inMaintenance(world, node));
  const quorate = isQuorate(world);
  const head = master(world);
  const at = beat(world, world.plan.key);
  const quorum = {
    id: 'quorum',
    type: 'quorum',
    node: via,
    quorate: quorate ? 1 : 0,
    status: quorate ? 'OK' : 'No quorum on node!',
  };
  const armed = used ? 'armed' : 'standby';
  const fencing = {
    id: 'fencing',
    type: 'fencing',
    node: used ? head : via,
    'armed-state': armed,
    status: `${armed} (CRM watchdog ${used ? 'active' : 'standby'})`,
  };
  const rest = world.plan.version === '9.2' ? [fencing] : [];
  if (!used) return [quorum, ...rest];
  const masterRow = {
    id: 'master',
    type: 'master',
    node: head,
    status: `${head} (active, ${perlTime(at)})`,
    timestamp: Math.floor(at / 1000),
  };
  return [
    quorum,
    masterRow,
    ...rest,
    ...world.plan.nodes.map((node) => lrmRow(world, node.name)),
    ...world.services.map((guest) => serviceRow(world, guest)),
  ];
};

const nodeStatus = (world: World, name: string): string => {
  if (!isOnline(world, name)) return 'unknown';
  return inMaintenance(world, (world.nodes.get(name) as NodeState).plan) ? 'maintenance' : 'online';
};

export const managerStatus = ({ world, via }: Context): unknown => {
  const used = world.services.length > 0 || world.plan.nodes.some((node) => inMaintenance(world, node));
  const quorum = { node: via, quorate: isQuorate(world) ? '1' : '0' };
  if (!used) return { manager_status: { node_status: {} }, quorum };
  const names = world.plan.nodes.map((node) => node.name);
  const services = world.services.map((guest) => [
    guest.plan.sid,
    {
      node: nodeOf(guest),
      state: crmState(guest),
      uid: guest.plan.identity.slice(0, 22),
      ...(guest.ha?.target ? { target: guest.ha.target } : {}),
    },
  ]);
  return {
    manager_status: {
      master_node: master(world),
      node_status: Object.fromEntries(names.map((name) => [name, nodeStatus(world, name)])),
      service_status: Object.fromEntries(services),
      timestamp: Math.floor(beat(world, world.plan.key) / 1000),
    },
    lrm_status: Object.fromEntries(
      names.map((name) => [
        name,
        {
          mode: inMaintenance(world, (world.nodes.get(name) as NodeState).plan) ? 'maintenance' : 'active',
          state: world.services.some((guest) => nodeOf(guest) === name) ? 'active' : 'wait_for_agent_lock',
          results: {},
          timestamp: Math.floor(beat(world, world.nodes.get(name)?.plan.key ?? 0) / 1000),
        },
      ]),
    ),
    quorum,
  };
};
