import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DescriptionInput } from './description.ts';
import { createSimulator } from './simulator.ts';
import { routes } from './wire/routes.ts';

const shared = process.env.EVENKEEL_SHARED ?? join(import.meta.dirname, '..', '..', '..', '..', 'shared');
const folder = join(shared, 'proxmox');
const here = existsSync(folder);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
const fixture = (name: string): Json => JSON.parse(readFileSync(join(folder, 'fixtures', name), 'utf8'));

const kindOf = (value: Json): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

/** The shape of a body: for each key the kinds of value that occur; rows of a list are one shape per type of row. */
const shapeOf = (value: Json, path: string, into = new Map<string, Set<string>>()): Map<string, Set<string>> => {
  const kinds = into.get(path) ?? new Set();
  kinds.add(kindOf(value));
  into.set(path, kinds);
  if (Array.isArray(value))
    for (const item of value) {
      const type =
        item !== null && typeof item === 'object' && !Array.isArray(item) && typeof item.type === 'string'
          ? item.type
          : '';
      shapeOf(item, `${path}[${type}]`, into);
    }
  else if (value !== null && typeof value === 'object')
    for (const [key, item] of Object.entries(value)) shapeOf(item, `${path}.${key}`, into);
  return into;
};

const show = (shape: Map<string, Set<string>>): string[] =>
  [...shape].map(([path, kinds]) => `${path}: ${[...kinds].sort().join('|')}`).sort();

const authorization = 'PVEAPIToken=root@pam!sdk=s';
const names = ['pve', 'pve2-dogfood', 'pve3-dogfood'];
const vm = (vmid: number, node: string) => ({
  vmid,
  name: `sdk-${vmid}`,
  node,
  vcpus: 1,
  memory_gib: 0.25,
  ha: { comment: 'made by a test' },
});
const dogfood = (version: '9.1' | '9.2', more: Partial<DescriptionInput> = {}): DescriptionInput => ({
  name: 'dogfood',
  version,
  nodes: names.map((name) => ({ name, threads: 4, memory_gib: 8 })),
  storages: [
    { name: 'local', type: 'dir', content: ['iso', 'import', 'vztmpl', 'backup'] },
    { name: 'local-lvm', type: 'lvmthin', content: ['images', 'rootdir'] },
  ],
  tokens: [
    {
      id: 'root@pam!sdk',
      secret: 's',
      privileges: { '/': ['VM.Audit', 'VM.Migrate', 'Sys.Audit', 'Sys.Console', 'Datastore.Audit', 'SDN.Audit'] },
    },
  ],
  users: [{ id: 'root@pam', password: 'x' }],
  ...more,
});
const withServices = {
  storages: [{ name: 'ceph', type: 'rbd', shared: true }],
  guests: [vm(9301, 'pve2-dogfood'), vm(9302, 'pve3-dogfood')],
};
const apart = {
  ha: {
    rules: [
      {
        rule: 'p',
        type: 'resource-affinity' as const,
        resources: ['vm:9301', 'vm:9302'],
        affinity: 'negative' as const,
      },
    ],
  },
};

const eight: DescriptionInput = {
  name: 'clustername',
  version: '8.4',
  nodes: [1, 2, 3, 4].map((n) => ({ name: `node${n}` })),
  storages: [{ name: 'local', type: 'dir', content: ['iso', 'vztmpl', 'backup'] }],
  tokens: [{ id: 'root@pam!sdk', secret: 's', privileges: { '/': ['VM.Audit', 'Sys.Audit', 'Datastore.Audit'] } }],
  guests: [
    { vmid: 100, name: 'server1', node: 'node2', vcpus: 1, memory_gib: 1 },
    { vmid: 101, name: 'leap154', node: 'node1', status: 'stopped', template: true },
    { vmid: 102, name: 'machine-test', node: 'node1', status: 'stopped', tags: ['go-proxmox'] },
  ],
};

type Case = {
  description: DescriptionInput;
  after?: number;
  method?: 'GET' | 'POST';
  path: string;
  values?: Record<string, string>;
  first?: (call: Call) => void;
};
type Call = (method: 'GET' | 'POST', path: string, values?: Record<string, string>) => Json;

const play = ({ description, after = 30, method = 'GET', path, values = {}, first }: Case): Json => {
  const simulator = createSimulator(description);
  const call: Call = (how, where, given = {}) =>
    JSON.parse(
      simulator.handle({
        method: how,
        path: where,
        authorization,
        ...(how === 'GET' ? { query: given } : { form: given }),
      }).body,
    );
  first?.(call);
  simulator.advance(simulator.now() + after * 1000);
  return call(method, path, values);
};

const move = (call: Call): void =>
  void call('POST', '/nodes/pve2-dogfood/qemu/9301/migrate', { target: 'pve', online: '1' });
const both = (call: Call): void => {
  move(call);
  call('POST', '/nodes/pve3-dogfood/qemu/9302/migrate', { target: 'pve', online: '1' });
};
const resources = (values: Record<string, string>, more: Partial<Case> = {}): Case => ({
  description: dogfood('9.2', withServices),
  path: '/cluster/resources',
  values,
  ...more,
});
const current = (more: Partial<Case> = {}): Case => ({
  description: dogfood('9.2', withServices),
  path: '/cluster/ha/status/current',
  ...more,
});

/** Each capture that has a counterpart, and how the simulator comes to the same moment. */
const cases: Record<string, Case> = {
  'version-9.1.json': { description: dogfood('9.1'), path: '/version' },
  'version-9.2.json': { description: dogfood('9.2'), path: '/version' },
  'cluster_resources-9.1-3node-empty.json': { description: dogfood('9.1'), path: '/cluster/resources' },
  'cluster_resources_node-9.2.json': {
    description: dogfood('9.2'),
    path: '/cluster/resources',
    values: { type: 'node' },
  },
  'cluster_resources_vm-9.2-after-migrate.json': resources({ type: 'vm' }, { after: 300, first: move }),
  'cluster_resources_vm-9.1-affinity-after.json': resources(
    { type: 'vm' },
    { description: dogfood('9.1', withServices), after: 16, first: both },
  ),
  'cluster_resources_vm-9.2-ha.json': resources(
    { type: 'vm' },
    {
      description: dogfood('9.2', {
        ...withServices,
        guests: withServices.guests.map((guest) => ({ ...guest, status: 'stopped' as const })),
      }),
    },
  ),
  'cluster_resources_vm-9.1-affinity-before.json': resources(
    { type: 'vm' },
    { description: dogfood('9.1', withServices), after: 8, first: both },
  ),
  'cluster_status-8-4node.json': { description: eight, path: '/cluster/status' },
  'nodes-8-4node.json': { description: eight, path: '/nodes' },
  'cluster_resources-8-4node.json': { description: eight, path: '/cluster/resources' },
  'nodes_qemu_rrddata-8-stopped-vm.json': {
    description: eight,
    path: '/nodes/node1/qemu/101/rrddata',
    values: { timeframe: 'hour' },
  },
  'ha_resources-9.1-empty.json': { description: dogfood('9.1'), path: '/cluster/ha/resources' },
  'ha_status_current-9.2-idle.json': { description: dogfood('9.2'), path: '/cluster/ha/status/current' },
  'ha_status_manager-9.2-idle.json': { description: dogfood('9.2'), path: '/cluster/ha/status/manager_status' },
  'ha_status_current-9.2-migrate-seq2.json': current({ after: 12, first: move }),
  'ha_status_current-9.2-migrate-seq1.json': current({ after: 35, first: move }),
  'ha_status_current-9.2-migrate-seq3.json': current({ after: 20, first: move }),
  'ha_status_current-9.2-migrate-seq4.json': current({ after: 300, first: move }),
  'ha_resource_migrate-9.2-accepted.json': {
    description: dogfood('9.2', withServices),
    method: 'POST',
    path: '/cluster/ha/resources/vm:9301/migrate',
    values: { node: 'pve' },
  },
  'ha_resource_migrate-9.2-blocked.json': {
    description: dogfood('9.2', { ...withServices, ...apart }),
    method: 'POST',
    path: '/cluster/ha/resources/vm:9301/migrate',
    values: { node: 'pve3-dogfood' },
  },
  'error400-9.2-parameter-verification.json': {
    description: dogfood('9.2'),
    path: '/cluster/resources',
    values: { name: 'x' },
  },
  'access_ticket-9.1.json': {
    description: dogfood('9.1'),
    method: 'POST',
    path: '/access/ticket',
    values: { username: 'root@pam', password: 'x' },
  },
};

/** Captures of what nobody here asks of a cluster, and of what none of ours does. */
const withoutCounterpart: Record<string, string> = {
  'storage-9.1.json': 'GET /storage is not simulated',
  'ha_rule_create-9.1-error500.json': 'rules stand in the description; none is made while it runs',
  'ha_status_current-9.2-armed-idle.json': 'HA that was used once and has no services left',
  'ha_status_current-9.2-disarming.json': 'HA is never disarmed',
  'ha_status_current-9.2-disarmed.json': 'HA is never disarmed',
  'cluster_resources_vm-9.2-partial.json': 'seconds in which half of the rows have a figure that the others have not',
};

/** What a capture has that depends on the installation, not on the format: privileges by name, and which of the rows have optional keys. */
const installation = (line: string): boolean => /^\.data\.cap\.\w+\./.test(line);

describe.skipIf(!here)('captured answers', () => {
  it.each(Object.entries(cases))('%s: same keys, same types', (name, given) => {
    const wanted = show(shapeOf(fixture(name), '')).filter((line) => !installation(line));
    const found = show(shapeOf(play(given), '')).filter((line) => !installation(line));
    expect(found).toEqual(wanted);
  });

  it('are all held against an answer, or it is said why not', () => {
    const code = readFileSync(import.meta.filename, 'utf8');
    const captured = readdirSync(join(folder, 'fixtures')).filter((name) => name !== 'index.json');
    expect(captured.filter((name) => !code.includes(`'${name}'`))).toEqual([]);
    expect(Object.keys(withoutCounterpart).filter((name) => name in cases)).toEqual([]);
  });

  it('tasks: status of one that ended with warnings', () => {
    const guests = withServices.guests.map(({ ha: _ha, ...guest }) => guest);
    const simulator = createSimulator(dogfood('9.2', { ...withServices, guests, faults: [{ kind: 'warns' }] }));
    const call = (method: string, path: string, form?: Record<string, string>) =>
      JSON.parse(simulator.handle({ method, path, authorization, ...(form ? { form } : {}) }).body);
    const upid = call('POST', '/nodes/pve2-dogfood/qemu/9301/migrate', { target: 'pve', online: '1' }).data;
    simulator.advance(simulator.now() + 60_000);
    const status = call('GET', `/nodes/pve2-dogfood/tasks/${upid}/status`);
    const captured = fixture('task_status-9.2-stopped-warnings.json') as { data: { exitstatus: string } };
    expect(show(shapeOf(status, ''))).toEqual(show(shapeOf(captured, '')));
    expect(status.data.exitstatus).toBe(captured.data.exitstatus);
  });

  it('tasks: status of a running, a finished and a remote one', () => {
    const simulator = createSimulator({
      ...dogfood('9.2', { ...withServices, guests: withServices.guests.map(({ ha: _ha, ...guest }) => guest) }),
    });
    const call = (method: string, path: string, form?: Record<string, string>) =>
      JSON.parse(simulator.handle({ method, path, authorization, ...(form ? { form } : {}) }).body);
    const upid = call('POST', '/nodes/pve2-dogfood/qemu/9301/migrate', { target: 'pve', online: '1' }).data;
    const status = () => show(shapeOf(call('GET', `/nodes/pve2-dogfood/tasks/${upid}/status`), ''));
    expect(status()).toEqual(show(shapeOf(fixture('task_status-9.2-running.json'), '')));
    simulator.advance(simulator.now() + 60_000);
    expect(status()).toEqual(show(shapeOf(fixture('task_status-9.2-stopped-ok.json'), '')));
    const pattern = (fixture('task_start-9.2-qmcreate-upid.json') as { data: string }).data.replace(
      /:pve:.*qmcreate:9101/,
      ':pve2-dogfood:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:qmigrate:9301',
    );
    expect(upid).toMatch(new RegExp(`^${pattern}$`));
  });

  it('the task of HA is of root itself, without a token', () => {
    const simulator = createSimulator(dogfood('9.2', withServices));
    const call = (path: string) => JSON.parse(simulator.handle({ method: 'GET', path, authorization }).body);
    simulator.handle({
      method: 'POST',
      path: '/nodes/pve3-dogfood/qemu/9302/migrate',
      form: { target: 'pve', online: '1' },
      authorization,
    });
    simulator.advance(simulator.now() + 60_000);
    const { upid } = call('/cluster/tasks').data.find((task: { type: string }) => task.type === 'qmigrate');
    expect(show(shapeOf(call(`/nodes/pve3-dogfood/tasks/${upid}/status`), ''))).toEqual(
      show(shapeOf(fixture('task_status-9.2-remote-node.json'), '')),
    );
  });

  it('a guest of which its node has not spoken yet', () => {
    const simulator = createSimulator(dogfood('9.2', { ...withServices, migration: { finish_s: 0 } }));
    simulator.handle({
      method: 'POST',
      path: '/nodes/pve2-dogfood/qemu/9301/migrate',
      form: { target: 'pve', online: '1' },
      authorization,
    });
    const row = () =>
      JSON.parse(
        simulator.handle({ method: 'GET', path: '/cluster/resources', query: { type: 'vm' }, authorization }).body,
      ).data.find(
        (found: { vmid: number; status: string; lock?: string }) =>
          found.vmid === 9301 && found.status === 'unknown' && !found.lock,
      );
    for (let s = 0; s < 240 && !row(); s++) simulator.advance(simulator.now() + 250);
    expect(show(shapeOf({ data: [row()] }, ''))).toEqual(
      show(shapeOf(fixture('cluster_resources_vm-9.2-just-created.json'), '')),
    );
  });

  it('words: states, lrm and master rows, error texts', () => {
    const word = (text: string) =>
      text.replace(/\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}/, 'TIME').replace(/pve\d?(-dogfood)?/g, 'NODE');
    const texts = (body: Json) =>
      new Set(
        (body as { data: { status: string; type: string }[] }).data.map((row) => `${row.type} ${word(row.status)}`),
      );
    const idle = texts(play({ description: dogfood('9.2'), path: '/cluster/ha/status/current' }));
    expect(idle).toEqual(texts(fixture('ha_status_current-9.2-idle.json')));
    const captured = texts(fixture('ha_status_current-9.2-migrate-seq2.json'));
    for (const text of texts(play(current({ after: 12, first: move }))))
      if (!text.includes('lrm')) expect(captured).toContain(text);
  });
});

type SchemaNode = {
  path: string;
  children?: SchemaNode[];
  info?: Record<string, { parameters?: { properties?: Record<string, unknown> } }>;
};

describe.skipIf(!here)('the official schema', () => {
  const known = new Map<string, Set<string>>();
  const walk = (nodes: SchemaNode[]): void => {
    for (const node of nodes) {
      for (const [method, info] of Object.entries(node.info ?? {}))
        known.set(`${method} ${node.path}`, new Set(Object.keys(info.parameters?.properties ?? {})));
      walk(node.children ?? []);
    }
  };
  if (here) walk(JSON.parse(readFileSync(join(folder, 'schema-9.2.json'), 'utf8')).apiSchema);

  it.each(routes.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s exists, with its parameters',
    (name, route) => {
      const parameters = known.get(name);
      expect(parameters, `${name} is in the schema`).toBeDefined();
      const wrong = [
        ...Object.keys(route.parameters),
        ...[...route.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] as string),
      ].filter((p) => !parameters?.has(p));
      expect(wrong).toEqual([]);
    },
  );
});
