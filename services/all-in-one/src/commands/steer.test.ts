import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Bus, connectNats } from '@evenkeel/bus';
import { Config, clusterSampled, filterOf, subjectOf } from '@evenkeel/contracts';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { aCluster, aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { envelope, openConfigSource, start } from '@evenkeel/runtime';
import { plainSurroundings } from '@evenkeel/runtime/test';
import { testNats } from '@evenkeel/servers/test';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { evenkeel } from '../testing/evenkeel.ts';

const nats = await testNats({ kind: 'own' });
const trace = `00-${'1'.repeat(32)}-${'1'.repeat(16)}-01`;
const clusters = [{ name: 'lab', hosts: ['x'] }];
const acting = { mode: 'auto', clusters, automated_migrations: { dry_run: false, maintenance_nodes: ['lab/c'] } };

describe.skipIf(!nats)('a cluster is steered', { timeout: 120_000 }, () => {
  const dir = mkdtemp(join(tmpdir(), 'evenkeel-steer-'));
  let bus: Bus;
  let stop = async () => {};
  beforeAll(async () => {
    bus = await connectNats({ servers: nats!.url, name: 'test' });
    const configs = await openConfigSource(bus.ledger, Config.parse(acting));
    const started = await start(
      [filterPipeline],
      plainSurroundings({ bus, configs, clusters: ['lab'], machine_now: () => Date.now() }),
    );
    stop = started.stop;
  });
  afterAll(async () => {
    await stop();
    await bus?.close();
    await nats?.stop();
    await rm(await dir, { recursive: true, force: true });
  });
  const env = () => ({ EVENKEEL_NATS_URL: nats!.url });
  const ask = (...args: string[]) => evenkeel(args, env());
  let sequence = 1;
  const sampled = (change: object = {}) => {
    const at = new Date().toISOString();
    const sample = aCluster([aNode('a'), aNode('b'), aNode('c', { maintenance: true })], [aGuest(101, 'a')], {
      at,
      sequence: sequence++,
      ...change,
    });
    const circumstances = { service: 'test', cluster: 'lab', trace, config_revision: undefined };
    return bus.publish(envelope(clusterSampled, clusterSampled.of(sample, at), circumstances));
  };

  test('pause, resume, mode, drain and status do not depend on what others published in place of a sample', async () => {
    await sampled();
    await publish(nats!.url, subjectOf(clusterSampled, 'lab', ''), 'garbage\x1b[31m');
    await expect(bus.last('telemetry', filterOf(clusterSampled, 'lab'))).rejects.toThrow('is no event');
    const asked = await ask('pause', '--reason', 'fire', '--by', 'anna');
    expect(asked).toMatchObject({ code: 0, err: '', out: expect.stringContaining('cluster lab: paused') });
    const status = await ask('status');
    expect(status).toMatchObject({ code: 0, err: '' });
    expect(status.out).toContain('paused by anna');
    expect(status.out).toContain('the last cluster.sampled cannot be read');
    const others = [['resume'], ['mode', 'observe'], ['drain', 'a'], ['scale']];
    for (const ran of await Promise.all(others.map((args) => ask(...args))))
      expect(ran).toMatchObject({ code: 0, err: '' });
    const shown = JSON.parse((await ask('status', '--json')).out).clusters[0];
    expect(shown).toMatchObject({ mode: 'observe', configured_mode: 'auto', dry_run: false, drains: { a: null } });
    expect(await ask('mode', 'default')).toMatchObject({ code: 0, err: '' });
  });

  test.each([
    ['has a character wrong', 'mode: [auto\n', /^note: the configuration \S+ has problems:\n/],
    ['names another cluster', 'clusters: [{ name: other, hosts: [x] }]\n', /^$/],
  ])('what is in force is steered and shown where the file of who asks %s', async (_, text, noted) => {
    const file = join(await dir, `${randomUUID()}.yaml`);
    await writeFile(file, text);
    const ran = await Promise.all([['resume'], ['status'], ['explain']].map((args) => ask(...args, '-c', file)));
    expect(ran.map(({ code, out }) => [code, out.split('\n')[0]])).toEqual([
      [0, 'cluster lab: not paused (any more)'],
      [0, 'cluster lab: mode auto'],
      [1, 'no run has decided yet'],
    ]);
    for (const { err } of ran) expect(err).toMatch(noted);
  });

  test('what else is wrong in the environment does not keep a pause from the NATS that it names', async () => {
    const wrong = { EVENKEEL_PVE_HOSTS: 'https://p1/', EVENKEEL_MODE: 'fly', EVENKEEL_LAG: '1' };
    const ran = await evenkeel(['pause', '--by', 'anna'], { ...env(), ...wrong });
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('cluster lab: paused') });
    expect(ran.err).toMatch(/^note: the environment has 3 problem\(s\):\n/);
    await ask('resume');
  });

  test('an unknown cluster is refused, and what an error quotes does not steer the terminal', async () => {
    const { code, err } = await ask('status', 'x\x1b[31m');
    expect([code, err]).toEqual([2, 'evenkeel: no cluster "x\\u001b[31m"; there is lab\n']);
  });

  test.each([
    [
      ['pause', '--by', ''],
      "error: option '--by <name>' argument '' is invalid. must be a name of 1 to 128 characters\n",
    ],
    [['mode', 'fly'], 'evenkeel: "fly" is not a mode; there are observe, recommend, approve, auto, default\n'],
    [['drain', 'a b', '--cluster', 'moon'], 'evenkeel: no cluster "moon"; there is lab\n'],
    [['approve', ''], 'evenkeel: no decision "" in cluster lab\n'],
    [['reject', '101', '--by', 'y'.repeat(129)], 'must be a name of 1 to 128 characters\n'],
  ])('%j is refused in a sentence', async (args, sentence) => {
    const { code, out, err } = await ask(...args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(sentence);
  });

  test('a pause is not refused for a long reason', async () => {
    const ran = await ask('pause', '--reason', 'storage '.repeat(40));
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('cluster lab: paused') });
    expect(ran.err).toBe('note: the reason is cut to its first 240 characters; it has 320\n');
    await ask('resume');
  });

  test('an unknown node is refused, and maintenance by configuration is told apart from a drain', async () => {
    await sampled();
    expect(await ask('undrain', 'pev2')).toMatchObject({
      code: 2,
      err: 'evenkeel: no node "pev2"; there are a, b, c\n',
    });
    expect((await ask('undrain', 'c')).out).toBe(
      'cluster lab: c is not drained, but maintenance_nodes of the configuration keeps it empty\n',
    );
    expect((await ask('status')).out).toContain('  c is kept empty by maintenance_nodes of the configuration\n');
  });

  test('a drain while paused says so, and waiting for it says once what it waits for', async () => {
    await sampled();
    await ask('pause', '--by', 'anna');
    const child = spawn(process.execPath, [main, 'drain', 'a', '--wait'], {
      env: { PATH: process.env.PATH, ...env() },
    });
    const closed = once(child, 'close');
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    await until(() => out.includes('no sample') || out.includes('a is drained ('));
    await sampled();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(out).toMatch(/note: paused by anna since \S+: nothing moves until evenkeel resume lab\n/);
    expect(out.match(/ {4}paused by anna/g)).toHaveLength(1);
    await publish(nats!.url, subjectOf(clusterSampled, 'lab', ''), 'garbage');
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(child.exitCode).toBeNull();
    await ask('undrain', 'a');
    expect((await closed)[0]).toBe(0);
    expect(out).toContain('a is not drained any more');
  });

  test('whoever stops reading ends a command, quietly', async () => {
    await sampled();
    const child = spawn(process.execPath, [main, 'drain', 'a', '--wait'], {
      env: { PATH: process.env.PATH, ...env() },
    });
    let err = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.stdout.destroy();
    const [code] = await once(child, 'close');
    expect([code, err]).toEqual([141, '']);
  });
});

test('where NATS does not answer, a pause soon says so, and how to stop without it', { timeout: 60_000 }, async () => {
  const child = spawn(process.execPath, [main, 'pause', '-c', '/srv/lab/evenkeel.yaml'], {
    env: { PATH: process.env.PATH, EVENKEEL_NATS_URL: 'nats://anna:secret@127.0.0.1:1' },
  });
  const closed = once(child, 'close');
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  await until(() => err.includes('still trying'));
  const stop = 'To stop at once whatever is down: touch /srv/lab/kill-switch where the executor sees it';
  expect(err).toContain(`note: NATS at 127.0.0.1:1 does not answer yet; still trying. ${stop}\n`);
  expect(err).not.toContain('secret');
  child.kill();
  await closed;
});

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

async function until(holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 15_000; !holds() && performance.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 50));
}

/** As any program may that reaches the server. */
async function publish(url: string, subject: string, body: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  socket.write(`CONNECT {"verbose":false}\r\nPUB ${subject} ${Buffer.byteLength(body)}\r\n${body}\r\nPING\r\n`);
  for (let heard = ''; !/PONG/.test(heard); ) heard += (await once(socket, 'data'))[0];
  socket.destroy();
}
