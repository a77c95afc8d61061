import { affinityOf, requestMove } from '../ha.ts';
import { hashText } from '../random.ts';
import { isQuorate, type World } from '../world.ts';
import { died } from './answer.ts';
import { current, managerStatus } from './ha-status.ts';
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
      ...(world.plan.groups.some(({ group }) => group === plan.ha?.group) ? { group: plan.ha?.group } : {}),
      ...(world.plan.major === 9 ? { failback: plan.ha?.failback ? 1 : 0 } : {}),
      ...(world.plan.version === '9.2' ? { 'auto-rebalance': plan.ha?.auto_rebalance ? 1 : 0 } : {}),
    }));

const withPriority = (nodes: Record<string, number>): string =>
  Object.entries(nodes)
    .map(([node, priority]) => (priority > 0 ? `${node}:${priority}` : node))
    .join(',');

const groups = ({ world }: Context): unknown[] => {
  if (world.plan.major === 9 && world.plan.description.ha.groups_migrated)
    throw died('cannot index groups: ha groups have been migrated to rules');
  return world.plan.groups.map((group) => ({
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
        ? {
            nodes: withPriority(rule.nodes),
            strict: rule.strict ? 1 : 0,
            ...(rule.affinity === 'negative' ? { affinity: rule.affinity } : {}),
          }
        : { affinity: rule.affinity }),
    }));

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
