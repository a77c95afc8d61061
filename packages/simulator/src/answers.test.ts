import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DescriptionInput } from './description.ts';
import { createSimulator, type Simulator } from './simulator.ts';
import type { Route } from './wire/route.ts';
import { routes } from './wire/routes.ts';

const shared = process.env.EVENKEEL_SHARED ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared');
const file = join(shared, 'proxmox', 'schema-9.2.json');

type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: number | Schema;
  items?: Schema;
  optional?: number;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
};
type Tree = { path: string; children?: Tree[]; info?: Record<string, { returns?: Schema }> };

/** Where the published schema is wrong, as captures of real clusters show: a null, and a node's name between the two. */
const exceptions = [/\.clipboard$/, /\.not_allowed_nodes$/, /\.not_allowed_nodes\./];

const isOf: Record<string, (value: unknown) => boolean> = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value) || (typeof value === 'string' && /^-?\d+$/.test(value)),
  number: (value) => typeof value === 'number' || (typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value)),
  boolean: (value) => value === 0 || value === 1 || value === '0' || value === '1',
  array: Array.isArray,
  object: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  null: (value) => value === null,
};

const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 60);

/** Everything in a value that contradicts its schema; keys that the schema does not know are no contradiction, real clusters have many. */
function contradictions(value: unknown, schema: Schema, path: string): string[] {
  if (exceptions.some((pattern) => pattern.test(path))) return [];
  if (schema.type && !(isOf[schema.type]?.(value) ?? true)) return [`${path}: ${shown(value)} is no ${schema.type}`];
  return [...outOfRange(value, schema, path), ...withinList(value, schema, path), ...withinObject(value, schema, path)];
}

function outOfRange(value: unknown, schema: Schema, path: string): string[] {
  const { minimum, maximum, maxLength, pattern } = schema;
  const text = typeof value === 'string';
  return [
    ...(schema.enum && !schema.enum.map(String).includes(String(value))
      ? [`${path}: ${shown(value)} is not listed`]
      : []),
    ...(minimum !== undefined && Number(value) < minimum ? [`${path}: ${shown(value)} < ${minimum}`] : []),
    ...(maximum !== undefined && Number(value) > maximum ? [`${path}: ${shown(value)} > ${maximum}`] : []),
    ...(text && maxLength !== undefined && value.length > maxLength ? [`${path}: longer than ${maxLength}`] : []),
    ...(text && pattern && !new RegExp(`^(?:${pattern.replace(/\(\?\^?[a-z]*:/g, '(?:')})$`).test(value)
      ? [`${path}: ${shown(value)} does not match ${pattern}`]
      : []),
  ];
}

const withinList = (value: unknown, { items }: Schema, path: string): string[] =>
  Array.isArray(value) && items ? value.flatMap((item) => contradictions(item, items, `${path}[]`)) : [];

function withinObject(value: unknown, { properties, additionalProperties }: Schema, path: string): string[] {
  if (!isOf.object!(value)) return [];
  const object = value as Record<string, unknown>;
  const wanted = Object.entries(properties ?? {});
  const missing = wanted.filter(([key, { optional }]) => !optional && !(key in object));
  const present = wanted.filter(([key]) => key in object);
  const others =
    typeof additionalProperties === 'object' ? Object.keys(object).filter((key) => !(key in (properties ?? {}))) : [];
  return [
    ...missing.map(([key]) => `${path}.${key} is missing`),
    ...present.flatMap(([key, schema]) => contradictions(object[key], schema, `${path}.${key}`)),
    ...others.flatMap((key) => contradictions(object[key], additionalProperties as Schema, `${path}.${key}`)),
  ];
}

const returns = new Map<string, Schema>();
const read = (nodes: Tree[]): void => {
  for (const { path, info = {}, children = [] } of nodes) {
    for (const [method, { returns: schema }] of Object.entries(info))
      if (schema) returns.set(`${method} ${path}`, schema);
    read(children);
  }
};
if (existsSync(file)) read((JSON.parse(readFileSync(file, 'utf8')) as { apiSchema: Tree[] }).apiSchema);

const authorization = 'PVEAPIToken=root@pam!t=s';
const nodes = ['a', 'b', 'c'];
const rights = [
  'VM.Audit',
  'VM.Migrate',
  'Sys.Audit',
  'Sys.Modify',
  'Sys.Console',
  'Datastore.Audit',
  'Pool.Audit',
  'SDN.Audit',
  'VM.GuestAgent.Audit',
];

/** Guests of every kind, with whatever makes their answers different. */
const cluster = (version: '9.0' | '9.1' | '9.2'): DescriptionInput => ({
  version,
  nodes: nodes.map((name) => ({ name, link_mib_s: 100 })),
  storages: [
    { name: 'local', type: 'dir', content: ['iso', 'backup'] },
    { name: 'local-lvm', type: 'lvmthin', content: ['images', 'rootdir'] },
    { name: 'ceph', type: 'rbd', shared: true, content: ['images', 'rootdir'] },
  ],
  tokens: [{ id: 'root@pam!t', secret: 's', privileges: { '/': rights } }],
  users: [{ id: 'root@pam', password: 'x' }],
  guests: [
    { vmid: 100, name: 'plain', node: 'a', tags: ['x', 'y'], pool: 'p' },
    { vmid: 101, name: 'ct', node: 'a', type: 'lxc' },
    { vmid: 102, name: 'service', node: 'b', ha: { comment: 'c' } },
    { vmid: 103, name: 'device', node: 'a', config: { hostpci0: '0000:01:00.0', memory: '2048' } },
    { vmid: 104, name: 'disk', node: 'a', disks: [{ storage: 'local-lvm', size_gib: 8 }] },
    { vmid: 105, name: 'stopped', node: 'b', status: 'stopped', lock: 'backup' },
    { vmid: 106, name: 'template', node: 'c', status: 'stopped', template: true },
    { vmid: 107, name: 'other', node: 'c', ha: {} },
    { vmid: 108, name: 'ct-stopped', node: 'c', type: 'lxc', status: 'stopped' },
  ],
  ha: {
    rules: [
      { rule: 'apart', type: 'resource-affinity', resources: ['vm:102', 'vm:107'], affinity: 'negative' },
      { rule: 'home', type: 'node-affinity', resources: ['vm:102'], nodes: { a: 2, b: 1 }, strict: true },
    ],
  },
  crs: { ha: 'dynamic', auto_rebalance: true },
  mappings: [{ name: 'nic', nodes: ['a', 'b'], live: true }],
  replications: [{ vmid: 105, target: 'a' }],
  backup_jobs: [{ id: 'nightly', schedule: '02:00', all: true }],
});

type Ask = (method: string, path: string, values?: Record<string, string>) => { status: number; data: unknown };
const asker =
  (simulator: Simulator): Ask =>
  (method, path, values = {}) => {
    const given = method === 'POST' ? { form: values } : { query: values };
    const { status, body } = simulator.handle({ method, path, authorization, ...given });
    return { status, data: body === '' ? undefined : JSON.parse(body).data };
  };

/** Values for what a call needs besides its path. */
const needed: Record<string, Record<string, string>[]> = {
  '/nodes/{node}/rrddata': [{ timeframe: 'hour' }],
  '/nodes/{node}/qemu/{vmid}/rrddata': [{ timeframe: 'hour' }],
  '/nodes/{node}/lxc/{vmid}/rrddata': [{ timeframe: 'hour' }],
  '/cluster/resources': [{}, { type: 'vm' }, { type: 'node' }, { type: 'storage' }],
  '/nodes/{node}/tasks': [{ source: 'all' }, {}],
  '/access/ticket': [{ username: 'root@pam', password: 'x' }],
};

/** Every path that a route stands for in this cluster, as far as it changes nothing. */
function pathsOf(route: Route, simulator: Simulator, upids: readonly string[]): string[] {
  const guests = simulator
    .inspect()
    .guests.map(({ id, node }) => ({ node, vmid: id.split('/')[1]!, type: id.split('/')[0]! }));
  if (route.path.includes('{upid}'))
    return upids.map((upid) =>
      route.path.replace('{node}', upid.split(':')[1]!).replace('{upid}', encodeURIComponent(upid)),
    );
  if (route.path.includes('{vmid}'))
    return guests
      .filter(({ type }) => route.path.includes(`/${type}/`))
      .map(({ node, vmid }) => route.path.replace('{node}', node).replace('{vmid}', vmid));
  const path = route.path.replace('{storage}', 'local-lvm');
  return path.includes('{node}') ? nodes.map((node) => path.replace('{node}', node)) : [path];
}

/** Contradictions of everything that can be read, and how many answers that were, by route. */
function readAll(simulator: Simulator, without?: string): { wrong: string[]; answered: Map<string, number> } {
  const ask = asker(simulator);
  const listed = nodes.flatMap(
    (node) => (ask('GET', `/nodes/${node}/tasks`, { source: 'all' }).data ?? []) as { upid: string }[],
  );
  const wrong: string[] = [];
  const answered = new Map<string, number>();
  const read = ({ method, path }: Route) => method === 'GET' || path === '/access/ticket';
  for (const route of routes.filter((one) => read(one) && !(without && one.path.endsWith(without)))) {
    const name = `${route.method} ${route.path}`;
    for (const path of pathsOf(
      route,
      simulator,
      listed.map(({ upid }) => upid),
    ))
      for (const values of needed[route.path] ?? [{}]) {
        const { status, data } = ask(route.method, path, values);
        if (status !== 200) continue;
        answered.set(name, (answered.get(name) ?? 0) + 1);
        wrong.push(...contradictions(data, returns.get(name) ?? {}, name));
      }
  }
  return { wrong: [...new Set(wrong)], answered };
}

/** What of an answer only garbage contradicts. */
const isGarbage = {
  negative: / < 0$/,
  missing: /^GET \/nodes\/\{node\}\/status\.\w+ is missing$/,
  nulls: /: null is no /,
  nan: /: "NaN" is no /,
};

/** Groups are of PVE 8; calls that change something are asked below. */
const others = ['GET /cluster/ha/groups'];

describe.skipIf(returns.size === 0)('every answer holds against the official schema', () => {
  it.each(['9.0', '9.1', '9.2'] as const)(
    'of a cluster of version %s, at rest, on the move and in trouble',
    (version) => {
      const simulator = createSimulator(cluster(version));
      const ask = asker(simulator);
      const answered = new Set<string>();
      const look = (moment: string): void => {
        const { wrong, answered: now } = readAll(simulator, moment === 'at rest' ? undefined : '/rrddata');
        expect(wrong, moment).toEqual([]);
        for (const name of now.keys()) answered.add(name);
      };
      const wait = (seconds: number) => simulator.advance(simulator.now() + 1000 * seconds);
      const started = (path: string, values: Record<string, string>) => {
        const { status, data } = ask('POST', path, values);
        expect(status, path).toBe(200);
        const pattern = path
          .replace(/\/nodes\/\w/, '/nodes/{node}')
          .replace(/\d{3}/, '{vmid}')
          .replace(/vm:\{vmid\}/, '{sid}');
        expect(contradictions(data, returns.get(`POST ${pattern}`) ?? { type: 'missing' }, path)).toEqual([]);
        expect(returns.has(`POST ${pattern}`), pattern).toBe(true);
        return data as string;
      };
      look('at the beginning');
      wait(30);
      look('at rest');
      const upid = started('/nodes/a/qemu/100/migrate', { target: 'b', online: '1' });
      started('/nodes/a/lxc/101/migrate', { target: 'b', restart: '1' });
      started('/nodes/a/qemu/104/migrate', { target: 'c', online: '1', 'with-local-disks': '1' });
      started('/nodes/c/qemu/107/migrate', { target: 'a', online: '1' });
      started('/cluster/ha/resources/vm:102/migrate', { node: 'a' });
      for (const seconds of [1, 4, 7, 15, 60]) {
        wait(seconds);
        look(`${seconds} s on`);
      }
      expect(ask('DELETE', `/nodes/a/tasks/${upid}`)).toEqual({ status: 200, data: null });
      simulator.faults.add({ kind: 'by_hand', does: 'replace', vmid: 106, name: 'another' });
      simulator.faults.add({ kind: 'figures', how: 'reset' });
      for (const how of ['negative', 'missing', 'nulls', 'nan'] as const) {
        const id = simulator.faults.add({ kind: 'figures', how });
        wait(20);
        expect(
          readAll(simulator, '/rrddata').wrong.filter((one) => !isGarbage[how].test(one)),
          how,
        ).toEqual([]);
        simulator.faults.remove(id);
      }
      simulator.faults.add({ kind: 'killed', vmid: 104, times: 1 });
      simulator.faults.add({ kind: 'maintenance', node: 'c' });
      simulator.faults.add({ kind: 'node_silent', node: 'b' });
      wait(400);
      look('a node is silent, another in maintenance');
      simulator.faults.add({ kind: 'node_down', node: 'b' });
      simulator.faults.add({ kind: 'no_quorum' });
      wait(20);
      look('a node is off, and there is no quorum');
      const all = routes.filter(({ method }) => method === 'GET').map(({ path }) => `GET ${path}`);
      expect(all.filter((name) => !answered.has(name) && !others.includes(name))).toEqual([]);
    },
  );
});

it('tells what contradicts a schema', () => {
  const schema: Schema = {
    type: 'array',
    items: {
      type: 'object',
      properties: { vmid: { type: 'integer', minimum: 100 }, on: { type: 'boolean', optional: 1 } },
    },
  };
  expect(contradictions([{ vmid: 100, on: 1, more: 'x' }], schema, '')).toEqual([]);
  expect(contradictions([{ vmid: 99 }, { on: true, vmid: '100' }, {}], schema, '')).toEqual([
    '[].vmid: 99 < 100',
    '[].on: true is no boolean',
    '[].vmid is missing',
  ]);
});
