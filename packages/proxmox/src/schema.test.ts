import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { type DirectRequest, directTransport } from './direct-transport.ts';
import { createProxmox } from './proxmox.ts';
import { smallCluster, upid } from './testing/small-cluster.ts';

type Operation = { parameters?: { properties?: Record<string, { optional?: number }> } };
type PathNode = { path: string; info?: Record<string, Operation>; children?: PathNode[] };

const shared = process.env.EVENKEEL_SHARED ?? resolve(import.meta.dirname, '../../../../shared');
const file = resolve(shared, 'proxmox/schema-9.2.json');

const flatten = (nodes: PathNode[]): PathNode[] => nodes.flatMap((node) => [node, ...flatten(node.children ?? [])]);

/** What is wrong with a request by the official schema; null where nothing is. */
function objection(nodes: PathNode[], { method, path, query, form }: DirectRequest): string | null {
  const asked = path.replace('/api2/json', '').split('/');
  const fits = ({ path: template, info }: PathNode): boolean => {
    const parts = template.split('/');
    return (
      Boolean(info?.[method]) && parts.length === asked.length && parts.every((p, i) => /^{/.test(p) || p === asked[i])
    );
  };
  const node = nodes.find(fits);
  if (!node) return `${method} ${path} does not exist`;
  const known = node.info?.[method]?.parameters?.properties ?? {};
  const given = [...Object.keys({ ...query, ...form }), ...[...node.path.matchAll(/{(\w+)}/g)].map(([, name]) => name)];
  const unknown = given.filter((name) => !(String(name) in known));
  const missing = Object.keys(known).filter((name) => !known[name]?.optional && !given.includes(name));
  return unknown.length + missing.length === 0 ? null : `${method} ${path}: unknown ${unknown}, missing ${missing}`;
}

it.skipIf(!existsSync(file))('every call and parameter exists in the schema of Proxmox VE 9.2', async () => {
  const requests: DirectRequest[] = [];
  const p = createProxmox({
    token: 'a@b!c=d',
    transport: directTransport((request) => {
      requests.push(request);
      return smallCluster(request);
    }),
  });
  const vm = { node: 'n1', type: 'qemu', vmid: 100 } as const;
  const ct = { node: 'n1', type: 'lxc', vmid: 101 } as const;
  const move = {
    target: 'n2',
    online: true,
    with_local_disks: true,
    restart: true,
    storage_map: { a: 'b' },
    conntrack: true,
  };
  const filter = { vmid: 100, type: 'qmigrate', since: 1, source: 'all', limit: 9 } as const;
  await Promise.allSettled([
    ...[
      p.version(),
      p.status(),
      p.resources(),
      p.options(),
      p.node_status('n1'),
      p.ha_resources(),
      p.ha_rules(),
      p.backup_jobs(),
    ],
    ...[
      p.guest_config(vm),
      p.guest_config(ct),
      p.guest_snapshots(vm),
      p.guest_snapshots(ct),
      p.guest_history(vm, 'hour'),
      p.guest_history(ct, 'week'),
    ],
    ...[p.node_history('n1', 'day'), p.maintenance_nodes(), p.cluster_tasks(), p.node_tasks('n1', filter)],
    ...[
      p.volumes('n1', 'local-zfs', 100),
      p.volumes('n1', 'local-zfs'),
      p.replications(),
      p.bridges('n1'),
      p.pci_mappings(),
      p.task_status(upid),
      p.task_log(upid, 3),
      p.migration_preconditions(vm, 'n2'),
      p.migration_preconditions(ct, 'n2'),
    ],
    ...[p.guest_agent(vm), p.permissions(), p.migrate(vm, move), p.migrate(ct, move), p.stop_task(upid)],
  ]);
  const { apiSchema } = JSON.parse(readFileSync(file, 'utf8')) as { apiSchema: PathNode[] };
  const nodes = flatten(apiSchema);
  expect(requests.length).toBeGreaterThan(26);
  expect(requests.map((request) => objection(nodes, request)).filter((said) => said !== null)).toEqual([]);
  expect(
    objection(nodes, { method: 'GET', path: '/api2/json/version', query: { x: '1' }, form: {}, authorization: '' }),
  ).not.toBe(null);
});
