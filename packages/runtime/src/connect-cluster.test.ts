import { Config } from '@evenkeel/contracts';
import { expect, it } from 'vitest';
import { connectCluster } from './open-process.ts';
import { readSettings } from './settings.ts';

it('tells of each host of a cluster that does not answer, and never the token', async () => {
  const env = { EVENKEEL_PVE_CLUSTER: 'lab', EVENKEEL_PVE_WRITE_TOKEN: 'evenkeel@pve!write=5a6b7c' };
  const read = readSettings(env, () => '');
  if (!read.ok) throw new Error(read.problems.join());
  const hosts = ['127.0.0.1:1', '127.0.0.1:2'];
  const [cluster] = Config.parse({ clusters: [{ name: 'lab', hosts }] }).clusters;
  if (!cluster) throw new Error('no cluster');
  const warned: [object, string][] = [];
  const nothing = (): void => {};
  const log = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (fields: object, text: string) => void warned.push([fields, text]),
  };
  const proxmox = connectCluster(cluster, 'write', read.settings, {
    count: { inc: nothing },
    mayWrite: async () => null,
    log,
  });
  const move = { target: 'n2', online: true, with_local_disks: false, restart: false };
  await expect(proxmox.migrate({ node: 'n1', type: 'qemu', vmid: 100 }, move)).rejects.toThrow(/connection refused/);
  await proxmox.close();
  expect(warned).toEqual(
    hosts.map((host) => [
      { cluster: 'lab', host, reason: 'connection refused' },
      'a host of the cluster does not answer',
    ]),
  );
  expect(JSON.stringify(warned)).not.toContain('5a6b7c');
});
