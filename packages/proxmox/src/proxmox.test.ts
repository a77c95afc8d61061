import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directTransport } from './direct-transport.ts';
import { httpsTransport } from './https-transport.ts';
import type { GuestRef, Proxmox } from './port.ts';
import { createProxmox } from './proxmox.ts';
import { startApi } from './testing/api-server.ts';
import { makeCertificate } from './testing/certificate.ts';
import { smallCluster, upid } from './testing/small-cluster.ts';

const token = 'evenkeel@pve!read=5a6b7c';
const vm: GuestRef = { node: 'n1', type: 'qemu', vmid: 100 };
const GiB = 2 ** 30;

const direct = async () => {
  const asked: string[] = [];
  const transport = directTransport((request) => {
    asked.push(`${request.method} ${decodeURIComponent(request.path)} ${new URLSearchParams(request.form)}`);
    return smallCluster(request);
  });
  return { transport, asked, stop: async () => {} };
};

const https = async () => {
  const asked: string[] = [];
  const tls = makeCertificate({ from: -1, to: 1 });
  const server = await startApi(tls, ({ method, url, body, headers }, response) => {
    asked.push(`${method} ${decodeURIComponent(url.replace(/\?.*/, ''))} ${body}`);
    if (headers.authorization !== `PVEAPIToken=${token}` || headers['transfer-encoding']) {
      response.writeHead(501).end();
      return;
    }
    const answer = smallCluster({ method: method as 'GET', path: url.replace(/\?.*/, '') });
    response.writeHead(answer.status, answer.reason, answer.headers).end(answer.body);
  });
  const transport = httpsTransport({ hosts: [server.host], fingerprints: [tls.fingerprint] });
  return { transport, asked, stop: server.close };
};

describe.each([
  { name: 'in the same process', open: direct },
  { name: 'over HTTPS', open: https },
])('the client $name', ({ open }) => {
  let proxmox: Proxmox;
  let asked: string[];
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const opened = await open();
    ({ asked, stop } = opened);
    proxmox = createProxmox({ transport: opened.transport, token });
  });
  afterAll(async () => {
    await proxmox.close();
    await stop();
  });

  it('reads the cluster', async () => {
    expect(await proxmox.version()).toEqual({ version: '9.2.2', release: '9.2' });
    expect(await proxmox.status()).toEqual({
      name: 'lab',
      quorate: true,
      nodes: [
        { node: 'n1', online: true, ip: '10.0.0.1' },
        { node: 'n2', online: false, ip: '10.0.0.2' },
      ],
    });
    expect(await proxmox.options()).toEqual({
      crs: { mode: 'dynamic', auto_rebalance: true },
      migration_network: '10.1.1.0/24',
      migration_limit: 51_200 * 1024,
    });
    expect(await proxmox.permissions()).toEqual({ '/': { 'Sys.Audit': true }, '/vms/100': { 'VM.Migrate': false } });
  });

  it('reads resources: strings are numbers, rubbish rows go, absurd values are absent', async () => {
    const { nodes, guests, storages } = await proxmox.resources();
    expect(nodes.map(({ node, status, cpu }) => ({ node, status, cpu }))).toEqual([
      { node: 'n1', status: 'online', cpu: 0.25 },
      { node: 'n2', status: 'offline', cpu: undefined },
    ]);
    expect(guests.map(({ id, name, tags, template, mem }) => ({ id, name, tags, template, mem }))).toEqual([
      { id: 'qemu/100', name: 'web', tags: ['a', 'b', 'c', 'd'], template: false, mem: undefined },
      { id: 'lxc/101', name: '101', tags: [], template: true, mem: undefined },
    ]);
    expect(storages).toEqual([
      { storage: 'ceph', node: 'n1', shared: true, active: true, content: ['images', 'rootdir'] },
    ]);
  });

  it('reads nodes, guests and what they remember', async () => {
    expect(await proxmox.node_status('n1')).toMatchObject({
      wait: 0.01,
      cpu_model: 'EPYC',
      threads: 8,
      memory_total: 32 * GiB,
    });
    expect(await proxmox.guest_config(vm)).toEqual({
      memory: '2048',
      cores: '2',
      scsi0: 'ceph:vm-100-disk-0,size=32G',
    });
    expect(await proxmox.guest_snapshots(vm)).toEqual([{ name: 'before', with_state: true }]);
    const history = await proxmox.node_history('n1', 'day');
    expect(history.map(({ time, cpu, mem, pressure_io_some }) => [time, cpu, mem, pressure_io_some])).toEqual([
      [1_800_000_000, undefined, undefined, undefined],
      [1_800_000_060, 0.5, 10, 1.5],
    ]);
    expect(await proxmox.guest_history(vm, 'week')).toMatchObject([{ cpu: 0.5, mem: 10.5 }]);
  });

  it('reads high availability', async () => {
    expect(await proxmox.ha_resources()).toEqual([
      { sid: 'vm:100', type: 'vm', state: 'started', auto_rebalance: false },
    ]);
    expect(await proxmox.backup_jobs()).toEqual([
      { id: 'nightly', enabled: true, next_run: 1_727_038_800, vmids: 'all', exclude: [101] },
      { id: 'web', enabled: true, next_run: 1_727_488_800, vmids: [100, 102], exclude: [], node: 'n1' },
      { id: 'off', enabled: false, vmids: [], exclude: [], pool: 'tenants' },
    ]);
    expect(await proxmox.ha_rules()).toEqual([
      {
        rule: 'r1',
        type: 'node-affinity',
        resources: ['vm:100', 'ct:101'],
        nodes: { n1: 2, n2: 0 },
        strict: true,
        disabled: false,
      },
      {
        rule: 'r2',
        type: 'resource-affinity',
        resources: ['vm:100', 'vm:102'],
        affinity: 'negative',
        disabled: true,
      },
      {
        rule: 'g1',
        type: 'node-affinity',
        resources: [],
        nodes: { n1: 0, n2: 1 },
        strict: false,
        failback: false,
        disabled: false,
      },
    ]);
    expect(await proxmox.maintenance_nodes()).toEqual(['n2']);
  });

  it('reads tasks', async () => {
    const [running] = await proxmox.cluster_tasks();
    expect(running).toMatchObject({ upid, node: 'n1', type: 'qmigrate', id: '100' });
    expect(running).not.toMatchObject({ endtime: expect.anything() });
    expect(
      await proxmox.node_tasks('n1', { type: 'qmigrate', limit: 5, vmid: 100, since: 1, source: 'all' }),
    ).toMatchObject([{ status: 'OK', endtime: 1_727_004_700, user: 'evenkeel@pve!write' }]);
    expect(await proxmox.task_status(upid)).toEqual({ running: false, exitstatus: 'OK' });
    expect(await proxmox.task_log(upid)).toHaveLength(2);
  });

  it('reads volumes, bridges, mappings and replications', async () => {
    const dropped: unknown[] = [];
    expect(await proxmox.volumes('n1', 'local-zfs', 100, (rows) => dropped.push(rows))).toEqual([
      { volume: 'local-zfs:vm-100-disk-0', vmid: 100, bytes: 5 },
      { volume: 'local-zfs:iso/x.iso', bytes: 7 },
    ]);
    expect(await proxmox.bridges('n1', (rows) => dropped.push(rows))).toEqual(['vmbr0', 'tenants']);
    expect(await proxmox.replications((rows) => dropped.push(rows))).toEqual([{ vmid: 100, target: 'n2' }]);
    expect(await proxmox.pci_mappings()).toEqual([
      { mapping: 'nic', live: true, nodes: ['n1', 'n2'] },
      { mapping: 'gpu', live: false, nodes: ['n1'] },
    ]);
    expect(dropped).toEqual([
      { what: 'volume', count: 1 },
      { what: 'bridge', count: 1 },
      { what: 'replication', count: 1, id: '101-0' },
    ]);
  });

  it('asks for preconditions and says why a node is refused', async () => {
    expect(await proxmox.migration_preconditions(vm, 'n2')).toEqual({
      running: true,
      allowed_nodes: ['n2'],
      not_allowed: {
        n3: ['storage local-zfs is not available there'],
        n4: ['Proxmox does not allow it and gives no reason'],
      },
      unavailable_storages: { n3: ['local-zfs'] },
      local_disks: [
        { volid: 'local-zfs:vm-100-disk-0', size: 5 },
        { volid: 'local-zfs:vm-100-disk-1', stays: 'a local disk with snapshots (before, after)' },
        { volid: 'local:iso/x.iso', stays: 'a CD image on a local storage: eject it' },
        { volid: 'local-zfs:vm-100-cloudinit' },
      ],
      local_resources: ['hostpci0', 'hostpci1', 'hostpci3'],
      dependent_ha_resources: [],
    });
  });

  it('starts and stops a migration', async () => {
    const options = { target: 'n2', online: true, with_local_disks: true, restart: true };
    expect(await proxmox.migrate(vm, options)).toBe(upid);
    expect(asked.at(-1)).toBe('POST /api2/json/nodes/n1/qemu/100/migrate target=n2&online=1&with-local-disks=1');
    await proxmox.migrate(vm, { ...options, storage_map: { 'local-lvm': 'local-zfs', data: 'tank' } });
    expect(asked.at(-1)).toMatch(/&targetstorage=local-lvm%3Alocal-zfs%2Cdata%3Atank$/);
    await proxmox.migrate(vm, { ...options, conntrack: true });
    expect(asked.at(-1)).toMatch(/&with-conntrack-state=1$/);
    await proxmox.migrate({ node: 'n1', type: 'lxc', vmid: 101 }, { ...options, conntrack: true });
    expect(asked.at(-1)).toBe('POST /api2/json/nodes/n1/lxc/101/migrate target=n2&restart=1');
    await proxmox.stop_task(upid);
    expect(asked.at(-1)).toBe(`DELETE /api2/json/nodes/n1/tasks/${upid} `);
  });
});
