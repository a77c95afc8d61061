import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { skewedCluster } from './stage/cluster.ts';
import { openCluster } from './stage/open-cluster.ts';
import { startProgram } from './stage/program.ts';
import { findBoth, openServers } from './stage/servers.ts';
import { hasStarted, openStage } from './stage/stage.ts';

const both = (await findBoth())!;
const servers = await openServers(both);
const cluster = await openCluster(skewedCluster, 60);
const expired = await openCluster(skewedCluster, 60, { expired: true });
const stage = await openStage({ servers, proxmox: cluster });
await writeFile(servers.dir + '/ca.pem', expired.certificate.ca);
const wrong = 'AA:'.repeat(31) + 'AA';
const cfg = async (name: string, c: object) => {
  const f = `${servers.dir}/${name}.json`;
  await writeFile(f, JSON.stringify({ clusters: [{ name: 'stage', ...c }] }));
  return { EVENKEEL_CONFIG: f };
};
const ps = {
  token: stage.start('collector', {
    EVENKEEL_PVE_READ_TOKEN: 'evenkeel@pve!read=11111111-0000-4000-8000-000000000000',
  }),
  expired: stage.start(
    'collector',
    await cfg('expired', { hosts: [`127.0.0.1:${expired.port}`], ca_file: servers.dir + '/ca.pem' }),
  ),
  pinnedExpired: stage.start(
    'collector',
    await cfg('pinned', { hosts: [`127.0.0.1:${expired.port}`], fingerprints: [expired.fingerprint] }),
  ),
  wrong: stage.start('collector', await cfg('wrong', { hosts: [`127.0.0.1:${cluster.port}`], fingerprints: [wrong] })),
  none: stage.start('collector', await cfg('none', { hosts: [`127.0.0.1:${cluster.port}`] })),
  write: stage.start('executor', {
    EVENKEEL_PVE_WRITE_TOKEN: 'evenkeel@pve!write=11111111-0000-4000-8000-000000000000',
  }),
  noserver: startProgram('x', ['run', 'scorer'], {
    EVENKEEL_NATS_URL: 'nats://127.0.0.1:1',
    EVENKEEL_REDIS_URL: servers.redis.url,
    EVENKEEL_PVE_HOSTS: 'a',
  }),
  noredis: startProgram('x', ['run', 'scorer'], {
    EVENKEEL_NATS_URL: servers.nats.url,
    EVENKEEL_REDIS_URL: 'redis://127.0.0.1:1',
    EVENKEEL_PVE_HOSTS: 'a',
    EVENKEEL_HTTP_PORT: '0',
  }),
};
await sleep(30000);
for (const [n, p] of Object.entries(ps)) {
  console.log('=====', n, p.isOver(), p.isOver() ? await p.exited : '');
  console.log(p.output().slice(0, 1500));
  if (!p.isOver() && p.lines().some((l) => l.msg === 'started')) console.log(await stage.ready(p));
}
for (const p of Object.values(ps)) await p.kill();
await stage.close();
await cluster.close();
await expired.close();
await servers.close();
