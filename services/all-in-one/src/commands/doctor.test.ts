import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectNats } from '@evenkeel/bus';
import { automationKey, Config, untouched } from '@evenkeel/contracts';
import { openConfigSource } from '@evenkeel/runtime';
import { testNats, testRedis } from '@evenkeel/servers/test';
import { createSimulator, type DescriptionInput, type Served, serve } from '@evenkeel/simulator';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../doctor/finding.ts';
import { evenkeel } from '../testing/evenkeel.ts';

const monitor = await freePort();
const nats = await testNats({ kind: 'own', config: `http: "127.0.0.1:${monitor}"` });
const redis = await testRedis({ kind: 'own' });
const secret = '5ec2e700-0000-4000-8000-00005ec2e700';
const looks = ['VM.Audit', 'Sys.Audit', 'Datastore.Audit', 'Pool.Audit', 'SDN.Audit'];
const read = `evenkeel@pve!read=${secret}`;
const write = `evenkeel@pve!write=${secret}`;

/** A small cluster, good in every way but for what is said. */
const small = (other: Partial<DescriptionInput> = {}): DescriptionInput => ({
  name: 'lab',
  tokens: [
    { id: 'evenkeel@pve!read', secret, privileges: { '/': looks } },
    { id: 'evenkeel@pve!write', secret, privileges: { '/': [...looks, 'VM.Migrate', 'VM.GuestAgent.Audit'] } },
  ],
  nodes: [{ name: 'pve1' }, { name: 'pve2' }],
  guests: [
    { vmid: 100, name: 'web', node: 'pve1' },
    { vmid: 101, name: 'db', node: 'pve2' },
  ],
  ...other,
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}

let served: Served | undefined;
afterEach(async () => {
  await served?.close();
  served = undefined;
});

async function open(description = small()): Promise<Record<string, string>> {
  served = await serve(createSimulator(description, { start: Date.now() }));
  return {
    EVENKEEL_PVE_CLUSTER: 'lab',
    EVENKEEL_PVE_HOSTS: `127.0.0.1:${served.port}`,
    EVENKEEL_PVE_FINGERPRINTS: served.fingerprint,
    EVENKEEL_PVE_READ_TOKEN: read,
    EVENKEEL_PVE_WRITE_TOKEN: write,
    EVENKEEL_NATS_URL: nats!.url,
    EVENKEEL_REDIS_URL: redis!.url,
  };
}

/** In its own words, one after the other. */
async function tellRedis(...lines: string[]): Promise<void> {
  const socket = connect(Number(new URL(redis!.url).port), '127.0.0.1').setEncoding('utf8');
  for (const line of lines) {
    socket.write(`${line}\r\n`);
    expect((await once(socket, 'data'))[0]).toBe('+OK\r\n');
  }
  socket.destroy();
}

async function ask(env: Record<string, string>) {
  const { code, out, err } = await evenkeel(['doctor', '--json', '--nats-monitor', `http://127.0.0.1:${monitor}`], env);
  expect(err).toBe('');
  expect(out).not.toContain(secret);
  const findings = JSON.parse(out).findings as Finding[];
  const of = (check: string) => findings.find((finding) => finding.check === check);
  return { code, findings, of, bad: findings.filter(({ level }) => level === 'problem') };
}

describe.skipIf(!nats || !redis)('doctor', () => {
  beforeAll(async () => {
    await (await connectNats({ servers: nats!.url, name: 'test' })).close();
  });
  afterAll(async () => {
    await nats?.stop();
    await redis?.stop();
  });

  test('finds nothing wrong where all is well', async () => {
    const { code, of, bad } = await ask(await open());
    expect([code, bad]).toEqual([0, []]);
    const fine = ['rights of the read token', 'rights of the write token', 'version', 'CRS', 'HA rules', 'storage'];
    const more = [
      'quorum',
      'streams',
      'sync',
      'eviction',
      'persistence',
      'clock of pve1',
      'clock of NATS',
      'clock of Redis',
    ];
    for (const check of [...fine, ...more]) expect(of(check)).toMatchObject({ level: 'ok' });
    expect(of(`certificate of 127.0.0.1:${served!.port}`)?.found).toMatch(
      /^trusted by its fingerprint, good for 7\d\d days$/,
    );
  });

  test('names a missing right by path and privilege, with the commands that grant it', async () => {
    const [, pve] = small().tokens as [unknown, { privileges: Record<string, string[]> }];
    pve.privileges = { '/': looks, '/vms/100': [...looks, 'VM.Migrate'] };
    const tokens = [
      { id: 'evenkeel@pve!read', secret, privileges: { '/': ['Sys.Audit', 'Pool.Audit'] } },
      { id: 'evenkeel@pve!write', secret, ...pve },
    ];
    const { code, of } = await ask(await open(small({ tokens })));
    expect(code).toBe(1);
    expect(of('right VM.Audit of the read token')).toMatchObject({
      level: 'problem',
      found: expect.stringContaining('evenkeel@pve!read lacks VM.Audit on /vms, needed for'),
      advice: expect.stringContaining("pveum aclmod /vms -token 'evenkeel@pve!read' -role EvenkeelRead"),
    });
    expect(of('right Datastore.Audit of the read token')?.found).toContain('on /storage');
    expect(of('right VM.Migrate of the write token')).toMatchObject({ level: 'problem' });
  });

  test('finds disks that a migration left behind, and storage maps that lead nowhere', async () => {
    const admin = [...looks, 'VM.Migrate', 'VM.GuestAgent.Audit', 'VM.Config.Disk', 'Datastore.AllocateSpace'];
    const tokens = [
      { id: 'evenkeel@pve!read', secret, privileges: { '/': looks } },
      { id: 'evenkeel@pve!write', secret, privileges: { '/': admin } },
    ];
    const guests = [{ vmid: 100, name: 'web', node: 'pve1', disks: [{ storage: 'lvm', size_gib: 1 }] }];
    const env = await open(small({ tokens, guests, storages: [{ name: 'lvm' }], faults: [{ kind: 'killed' }] }));
    const { simulator } = served!;
    const form = { target: 'pve2', online: '1', 'with-local-disks': '1' };
    const authorization = `PVEAPIToken=${write}`;
    simulator.handle({ method: 'POST', path: '/nodes/pve1/qemu/100/migrate', form, authorization });
    simulator.advance(simulator.now() + 60_000);
    const { of } = await ask(env);
    expect(of('left over disks')).toMatchObject({
      level: 'warning',
      found: expect.stringContaining('lvm:vm-100-disk-0 on pve2, 1 GiB (100 is on pve1)'),
    });
    expect(of('rights of the write token')).toMatchObject({ level: 'ok' });
    expect(of('more rights of the write token')?.found).toContain('VM.Config.Disk on /');
  });

  test('asks for what this version and these guests need, and counts the token that the environment gives', async () => {
    const guests = [{ vmid: 100, name: 'web', node: 'pve1', config: { hostpci0: 'mapping=nic' } }];
    const env = await open(small({ version: '8.4', guests }));
    const { code, of, findings } = await ask({ ...env, EVENKEEL_MODE: 'auto', EVENKEEL_DRY_RUN: 'false' });
    expect(code).toBe(0);
    expect(of('right VM.Monitor of the write token')).toMatchObject({
      level: 'warning',
      advice: expect.stringContaining('VM.Migrate VM.Monitor"'),
    });
    expect(of('right Mapping.Audit of the read token')).toMatchObject({ level: 'warning' });
    expect(findings.map(({ found }) => found).join()).not.toContain('write_token_file');
    expect(of('approvals')).toMatchObject({ level: 'warning', found: expect.stringContaining('are not signed') });
  });

  test('a writing token that may move some guests only is a warning that names the others', async () => {
    const tokens = [
      { id: 'evenkeel@pve!read', secret, privileges: { '/': looks } },
      { id: 'evenkeel@pve!write', secret, privileges: { '/': looks, '/vms/100': [...looks, 'VM.Migrate'] } },
    ];
    const { code, of } = await ask(await open(small({ tokens })));
    expect(code).toBe(0);
    expect(of('right VM.Migrate of the write token')).toMatchObject({
      level: 'warning',
      found: expect.stringMatching(/lacks VM\.Migrate on \/vms\/101, .* stay where they are$/),
    });
  });

  test('says that the reading token can write, and that one token is used for both', async () => {
    const tokens = [{ id: 'evenkeel@pve!read', secret, privileges: { '/': [...looks, 'VM.Migrate', 'VM.PowerMgmt'] } }];
    const { code, of } = await ask({ ...(await open(small({ tokens }))), EVENKEEL_PVE_WRITE_TOKEN: read });
    expect(code).toBe(0);
    expect(of('more rights of the read token')?.found).toBe(
      'evenkeel@pve!read can write: VM.Migrate on /, VM.PowerMgmt on /',
    );
    expect(of('tokens')).toMatchObject({ level: 'warning' });
  });

  test('a wrong fingerprint, with the one that the host shows; and nothing is sent to it', async () => {
    const env = await open();
    const { code, of, findings } = await ask({ ...env, EVENKEEL_PVE_FINGERPRINTS: Array(32).fill('AB').join(':') });
    expect(code).toBe(1);
    expect(of(`certificate of 127.0.0.1:${served!.port}`)).toMatchObject({
      level: 'problem',
      advice: expect.stringContaining(`EVENKEEL_PVE_FINGERPRINTS=${served!.fingerprint}`),
    });
    expect(findings.some(({ check }) => check.includes('rights'))).toBe(false);
  });

  test('a token that is not accepted, and a host that is not there', async () => {
    const env = await open();
    const hosts = `127.0.0.1:1,${env.EVENKEEL_PVE_HOSTS}`;
    const wrong = 'evenkeel@pve!read=11111111-2222-4333-8444-555555555555';
    const { of, bad, findings } = await ask({ ...env, EVENKEEL_PVE_HOSTS: hosts, EVENKEEL_PVE_READ_TOKEN: wrong });
    expect(bad.map(({ check }) => check)).toEqual(['host 127.0.0.1:1', 'read token']);
    expect(of('read token')?.found).toMatch(/evenkeel@pve!read: .*the API token is not accepted/);
    expect(of('rights of the write token')).toMatchObject({ level: 'ok' });
    expect(JSON.stringify(findings)).not.toContain('11111111-2222');
  });

  test('CRS that rebalances, a clock that is wrong, an expired certificate', async () => {
    const description = small({
      crs: { ha: 'dynamic', auto_rebalance: true },
      nodes: [{ name: 'pve1' }, { name: 'pve2', clock_offset_s: 300 }],
    });
    served = await serve(createSimulator(description, { start: Date.now() }), { tls: { expired: true } });
    const { port, fingerprint } = served;
    const base = { EVENKEEL_PVE_CLUSTER: 'lab', EVENKEEL_PVE_READ_TOKEN: read, EVENKEEL_PVE_WRITE_TOKEN: write };
    const servers = { EVENKEEL_NATS_URL: nats!.url, EVENKEEL_REDIS_URL: redis!.url };
    const reach = { EVENKEEL_PVE_HOSTS: `127.0.0.1:${port}`, EVENKEEL_PVE_FINGERPRINTS: fingerprint };
    const { of, code } = await ask({ ...base, ...servers, ...reach });
    expect(code).toBe(1);
    expect(of('CRS')).toMatchObject({ level: 'warning', found: expect.stringContaining('rebalances by itself') });
    expect(of('clock of pve2')).toMatchObject({
      level: 'problem',
      found: expect.stringMatching(/^(299|300|301) s ahead/),
    });
    expect(of('clock of pve1')).toMatchObject({ level: 'ok' });
    expect(of(`certificate of 127.0.0.1:${port}`)?.found).toMatch(/it expired \d+ days? ago/);
  });

  test('two clusters of the configuration that are one, by whatever addresses', async () => {
    const { EVENKEEL_PVE_FINGERPRINTS: _, EVENKEEL_PVE_HOSTS: __, ...env } = await open();
    const dir = await mkdtemp(join(tmpdir(), 'evenkeel-doctor-'));
    const read_token_file = join(dir, 'token');
    await writeFile(read_token_file, read);
    const clusters = ['127.0.0.1', 'localhost'].map((host) => ({
      name: host === 'localhost' ? 'prod' : 'lab',
      hosts: [`${host}:${served!.port}`],
      fingerprints: [served!.fingerprint],
      read_token_file,
    }));
    await writeFile(join(dir, 'evenkeel.yaml'), JSON.stringify({ clusters }));
    const { code, of } = await ask({ ...env, EVENKEEL_CONFIG: join(dir, 'evenkeel.yaml') });
    await rm(dir, { recursive: true });
    expect(code).toBe(1);
    expect(of('clusters')).toMatchObject({
      level: 'problem',
      found: expect.stringContaining('lab and prod are both the Proxmox cluster lab (pve1'),
    });
  });

  test('Redis that throws keys away', async () => {
    await tellRedis('CONFIG SET maxmemory-policy allkeys-lru', 'CONFIG SET maxmemory 100mb');
    const { of, code } = await ask(await open());
    await tellRedis('CONFIG SET maxmemory 0', 'CONFIG SET maxmemory-policy noeviction');
    expect(code).toBe(1);
    expect(of('eviction')).toMatchObject({
      level: 'problem',
      found: expect.stringContaining('allkeys-lru'),
      advice: expect.stringContaining('redis-cli CONFIG SET maxmemory-policy noeviction'),
    });
  });

  test('what is in force, whatever the file says', async () => {
    const env = await open();
    const bus = await connectNats({ servers: nats!.url, name: 'test' });
    const clusters = [{ name: 'lab', hosts: ['10.0.0.1'], fingerprints: [], read_token_file: '/token' }];
    const config = Config.parse({ clusters, automated_migrations: { dry_run: false } });
    await (await openConfigSource(bus.ledger, config)).change(config);
    const who = { by: 'anna', since: '2026-01-01T00:00:00.000Z' };
    const automation = { ...untouched, mode: { mode: 'auto', ...who }, pause: { ...who, reason: 'storage work' } };
    const made = await bus.ledger.create(automationKey('lab'), automation);
    const { of, findings, code } = await ask(env);
    await bus.ledger.remove(automationKey('lab'), made!);
    await bus.close();
    expect(code).toBe(0);
    expect(of('mode in force')).toMatchObject({
      about: 'cluster lab',
      found: expect.stringMatching(/^auto \(by anna since .*\); the file says observe, dry_run: nothing moves$/),
    });
    expect(of('pause')).toMatchObject({
      level: 'warning',
      found: expect.stringContaining('by anna since 2026-01-01T00:00:00.000Z: storage work'),
      advice: 'to go on: evenkeel resume lab',
    });
    expect(findings.filter(({ check }) => check === 'options').map(({ found }) => found)).not.toContainEqual(
      expect.stringContaining('nothing moves'),
    );
  });

  test('NATS and Redis away, and passwords in their addresses: said, and the rest is checked all the same', async () => {
    const away = {
      EVENKEEL_NATS_URL: 'nats://me:hunter22@127.0.0.1:1',
      EVENKEEL_REDIS_URL: 'redis://:hunter22@127.0.0.1:1',
    };
    const { bad, of, code, findings } = await ask({ ...(await open()), ...away });
    expect(code).toBe(1);
    expect(bad.map(({ about, check }) => [about, check])).toEqual([
      ['NATS', 'connection'],
      ['Redis', 'connection'],
    ]);
    expect(of('rights of the write token')).toMatchObject({ level: 'ok' });
    expect(JSON.stringify(findings)).not.toContain('hunter22');
  });
});

test('nothing is set: each lack is said, for a reader too', async () => {
  const { code, out, err } = await evenkeel(['doctor']);
  expect([code, err]).toEqual([1, '']);
  expect(out).toContain('PROBLEM clusters: no cluster is named\n          → set EVENKEEL_PVE_HOSTS');
  expect(out).toMatch(/NATS\n {2}warning connection: memory:/);
  expect(out).toMatch(/1 problem, \d+ warnings?, \d+ fine\n$/);
});
