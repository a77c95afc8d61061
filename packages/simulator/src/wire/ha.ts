import { affinityOf, requestMove } from '../ha.ts';
import { hashText } from '../random.ts';
import { type GuestState, inMaintenance, isOnline, isQuorate, type NodeState, nodeOf, type World } from '../world.ts';
import { died } from './answer.ts';
import type { Context, Route } from './route.ts';

const AUDIT: [string, string] = ['/', 'Sys.Audit'];

const digestOf = (world: World): string =>
  [1, 2, 3, 4, 5].map((n) => hashText(`${world.plan.key}/ha/${n}`).toString(16).padStart(8, '0')).join('');

const resources = ({ world, given }: Context): unknown[] =>
  world.services
    .filter(({ plan }) => given.type === undefined || plan.sid.startsWith(`${given.type}:`))
    .map(({ plan }) => ({
      sid: plan.sid,
      type: plan.sid.split(':')[0],
      state: plan.ha?.state,
      max_restart: plan.ha?.max_restart,
      max_relocate: plan.ha?.max_relocate,
      digest: digestOf(world),
      ...(plan.ha?.comment ? { comment: plan.ha.comment } : {}),
      ...(world.plan.major === 8 && plan.ha?.group ? { group: plan.ha.group } : {}),
      ...(world.plan.major === 9 ? { failback: plan.ha?.failback ? 1 : 0 } : {}),
      ...(world.plan.version === '9.2' ? { 'auto-rebalance': plan.ha?.auto_rebalance ? 1 : 0 } : {}),
    }));

const withPriority = (nodes: Record<string, number>): string =>
  Object.entries(nodes)
    .map(([node, priority]) => (priority > 0 ? `${node}:${priority}` : node))
    .join(',');

const groups = ({ world }: Context): unknown[] => {
  if (world.plan.major === 9) throw died('cannot index groups: ha groups have been migrated to rules');
  return world.plan.description.ha.groups.map((group) => ({
    group: group.group,
    type: 'group',
    nodes: withPriority(group.nodes),
    restricted: group.restricted ? 1 : 0,
    nofailback: group.nofailback ? 1 : 0,
    digest: digestOf(world),
  }));
};

const rules = ({ world, given }: Context): unknown[] =>
  world.plan.rules
    .filter(
      (rule) =>
        (given.type === undefined || rule.type === given.type) &&
        (given.resource === undefined || rule.resources.includes(String(given.resource))),
    )
    .map((rule, order) => ({
      rule: rule.rule,
      type: rule.type,
      resources: rule.resources.join(','),
      order,
      digest: digestOf(world),
      ...(rule.disable ? { disable: 1 } : {}),
      ...(rule.type === 'node-affinity'
        ? { nodes: withPriority(rule.nodes), strict: rule.strict ? 1 : 0 }
        : { affinity: rule.affinity }),
    }));

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

const current = ({ world, via }: Context): unknown[] => {
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

const managerStatus = ({ world, via }: Context): unknown => {
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

/** Asks the manager; 200 even where a rule forbids it, and then the answer says which. */
const migrate = ({ world, at, given }: Context): unknown => {
  const guest = world.services.find(({ plan }) => plan.sid === at.sid || String(plan.vmid) === at.sid);
  if (!guest) throw died(`no such resource '${at.sid}'`);
  const target = given.node as string;
  if (!isQuorate(world)) throw died('cluster not ready - no quorum?');
  const { blocking } = affinityOf(world, guest, target);
  const base = { sid: guest.plan.sid, 'requested-node': target };
  if (world.plan.major === 8) {
    requestMove(world, guest, target);
    return null;
  }
  if (blocking.length > 0) return { ...base, 'blocking-resources': blocking };
  const others = requestMove(world, guest, target);
  return { ...base, ...(others.length > 0 ? { 'comigrated-resources': others } : {}) };
};

const ofType = { type: 'string', optional: true } as const;

export const haRoutes: Route[] = [
  {
    method: 'GET',
    path: '/cluster/ha/resources',
    parameters: { type: { ...ofType, enum: ['ct', 'vm'] } },
    needs: AUDIT,
    answer: resources,
  },
  { method: 'GET', path: '/cluster/ha/groups', parameters: {}, needs: AUDIT, answer: groups },
  {
    method: 'GET',
    path: '/cluster/ha/rules',
    since: 9,
    needs: AUDIT,
    parameters: { type: { ...ofType, enum: ['node-affinity', 'resource-affinity'] }, resource: ofType },
    answer: rules,
  },
  { method: 'GET', path: '/cluster/ha/status/current', parameters: {}, needs: AUDIT, answer: current },
  { method: 'GET', path: '/cluster/ha/status/manager_status', parameters: {}, needs: AUDIT, answer: managerStatus },
  {
    method: 'POST',
    path: '/cluster/ha/resources/{sid}/migrate',
    parameters: { node: { type: 'string' } },
    needs: ['/', 'Sys.Console'],
    answer: migrate,
  },
];
