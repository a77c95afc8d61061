import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { directTransport } from '../direct-transport.ts';
import type { Proxmox } from '../port.ts';
import { createProxmox } from '../proxmox.ts';

const shared = process.env.EVENKEEL_SHARED ?? resolve(import.meta.dirname, '../../../../../shared');
const fixtures = resolve(shared, 'proxmox/fixtures');
const captured = (file: string): string => readFileSync(resolve(fixtures, file), 'utf8');

const answering = (file: string): Proxmox =>
  createProxmox({
    token: 'evenkeel@pve!read=secret',
    transport: directTransport(() => ({ status: 200, reason: 'OK', headers: {}, body: captured(file) })),
  });

it.skipIf(!existsSync(fixtures))('reads what real clusters answered', async () => {
  const resources = await answering('cluster_resources-8-4node.json').resources();
  expect(resources.nodes).toHaveLength(4);
  expect(resources.guests.length).toBeGreaterThan(0);
  expect(resources.storages.length).toBeGreaterThan(0);

  const created = await answering('cluster_resources_vm-9.2-just-created.json').resources();
  expect(created.guests.some(({ status }) => status === 'unknown')).toBe(true);

  const ha = await answering('cluster_resources_vm-9.2-ha.json').resources();
  expect(ha.guests.map(({ id, hastate, memhost }) => ({ id, hastate, memhost }))).toEqual([
    { id: 'qemu/9301', hastate: 'started', memhost: 0 },
    { id: 'qemu/9302', hastate: 'started', memhost: 0 },
  ]);

  const nodes = await answering('cluster_resources_node-9.2.json').resources();
  expect(nodes.nodes.map(({ status, hastate, maxcpu }) => [status, hastate, maxcpu])).toEqual(
    Array(3).fill(['online', 'online', 4]),
  );

  const status = await answering('cluster_status-8-4node.json').status();
  expect([status.name, status.quorate, status.nodes.length]).toEqual(['clustername', true, 4]);
  expect(await answering('version-9.2.json').version()).toMatchObject({ release: '9.2' });
  expect(await answering('ha_resources-9.1-empty.json').ha_resources()).toEqual([]);
  expect(await answering('ha_status_manager-9.2-idle.json').maintenance_nodes()).toEqual([]);

  const upid = 'UPID:pve:00004675:0005B36F:6A4A8EED:qmcreate:9101:root@pam!sdk:';
  expect(await answering('task_status-9.2-running.json').task_status(upid)).toEqual({ running: true });
  expect(await answering('task_status-9.2-stopped-warnings.json').task_status(upid)).toEqual({
    running: false,
    exitstatus: 'WARNINGS: 1',
  });

  const rows = await answering('nodes_qemu_rrddata-8-stopped-vm.json').guest_history(
    { node: 'node1', type: 'qemu', vmid: 101 },
    'hour',
  );
  expect(rows).toHaveLength(70);
  expect(rows.every(({ cpu, mem, maxmem }) => cpu === undefined && mem === undefined && (maxmem ?? 0) > 0)).toBe(true);
});
