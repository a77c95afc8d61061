import { writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connectNats } from '@evenkeel/bus';
import { migrationCompleted, recommended, records } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import { connectRedis } from '@evenkeel/store';
import { eager } from '../../chaos/restless-cluster.ts';
import { roomyCluster } from './cluster.ts';
import { openCluster } from './open-cluster.ts';
import { startProgram } from './program.ts';
import { type Both, openServers } from './servers.ts';
import { clusterName, hasStarted } from './stage.ts';
import { until } from './until.ts';

/** Each in one place only, so that what is found says where it came from, and nothing in them is a word of anything else. */
export const planted = {
  read_token: 'k7Rq2mXw-Zt4v-4bNf-9sJd-P6yHc3gLeU8a',
  write_token: 'Vd5nYs9e-Gj3x-4tQw-8zKm-B7uFh2rLcA6p',
  nats_url: 'nA4wTz8sQe6xRv2k',
  redis_url: 'rE3dYk7sUj9bMx5q',
  otlp_url: 'oT8lPv3uGf6hWz2n',
  otlp_header: 'oH5tLc9pXj4eDb7r',
  cipassword: 'cP6wSk2dZv8nHm3y',
  sshkeys: 'sK9hJf4yTq7gXe2u',
  args: 'aR7gVs3mNb8kWc5d',
  notes: 'nO2tEz6sUy9jPf4x',
  hook: 'hK8oRw5kCm3vLb7q',
};
/** As much of one as anybody might guess the rest from. */
const telling = 8;
const partsOf = (secret: string): string[] =>
  Array.from({ length: secret.length - telling + 1 }, (_, i) => secret.slice(i, i + telling));
const looks = ['VM.Audit', 'Sys.Audit', 'Datastore.Audit', 'Pool.Audit', 'SDN.Audit'];
const id = (right: 'read' | 'write') => `evenkeel@pve!${right}`;

/** Every guest carries what cloud-init, QEMU and people write into configurations. */
const guestConfig = {
  ciuser: 'root',
  cipassword: planted.cipassword,
  sshkeys: `ssh-ed25519 ${planted.sshkeys}`,
  args: `-fw_cfg name=opt/x,string=${planted.args}`,
  description: `password is ${planted.notes}`,
  hookscript: `local:snippets/${planted.hook}.sh`,
};
const description = {
  ...roomyCluster,
  tokens: [
    { id: id('read'), secret: planted.read_token, privileges: { '/': looks } },
    { id: id('write'), secret: planted.write_token, privileges: { '/': [...looks, 'VM.Migrate'] } },
  ],
  populate: { ...roomyCluster.populate!, guests: 36 },
  guests: ['pve1', 'pve2', 'pve3', 'pve4'].map((node, i) => ({
    vmid: 9000 + i,
    name: `planted${i}`,
    node,
    config: guestConfig,
  })),
};
/** Answers that say back what they were asked with. */
const echo = (right: 'read' | 'write') => `no: Authorization: PVEAPIToken=${id(right)}=${planted[`${right}_token`]}`;

/** Everything that was said somewhere, and where. */
export type Shown = [where: string, text: string][];

export type PlantedStage = {
  shown: Shown;
  /** Runs until a guest has moved, and is told no in every way; every page, stream, record and key of the ledger is shown. */
  live: () => Promise<void>;
  /** The command line is asked everything, with good and with bad secrets. */
  ask: () => Promise<void>;
  /** Ends it; where in all that was shown there is any part of a secret that says enough. */
  find: () => Promise<string[]>;
  close: () => Promise<void>;
};

/** Evenkeel on real servers with a secret in every input that takes one. */
export async function plantSecrets(binaries: Both): Promise<PlantedStage> {
  const shown: Shown = [];
  const show = (where: string, text: string) => void shown.push([where, text]);
  const authorization = `authorization { user: evenkeel, password: ${planted.nats_url} }`;
  const servers = await openServers(binaries, authorization);
  await setPassword(servers.redis.url, planted.redis_url);
  const cluster = await openCluster(description, 30);
  const file = join(servers.dir, 'evenkeel.json');
  const tokens = join(servers.dir, 'write-token');
  await writeFile(tokens, `${id('write')}=${planted.write_token}\n`);
  const clusters = [
    {
      name: clusterName,
      hosts: [`127.0.0.1:${cluster.port}`],
      fingerprints: [cluster.fingerprint],
      write_token_file: tokens,
    },
  ];
  await writeFile(file, JSON.stringify({ ...recommended, ...eager(2), mode: 'auto', clusters }));
  const env: Record<string, string> = {
    EVENKEEL_CONFIG: file,
    EVENKEEL_NATS_URL: servers.nats.url.replace('://', `://evenkeel:${planted.nats_url}@`),
    EVENKEEL_REDIS_URL: servers.redis.url.replace('://', `://:${planted.redis_url}@`),
    EVENKEEL_HTTP_PORT: '0',
    EVENKEEL_LOG_LEVEL: 'debug',
    EVENKEEL_PVE_CLUSTER: clusterName,
    EVENKEEL_PVE_READ_TOKEN: `${id('read')}=${planted.read_token}`,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://someone:${planted.otlp_url}@127.0.0.1:1`,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer ${planted.otlp_header}`,
    OTEL_BSP_SCHEDULE_DELAY: '500',
  };
  const up = startProgram('up', ['up'], env);

  /** What the command line says, with changes to its environment. */
  const run = async (args: string[], other: Record<string, string> = {}): Promise<string> => {
    const program = startProgram(args.join(' '), args, { ...env, ...other });
    const patience = setTimeout(() => program.signal('SIGTERM'), 30_000);
    await program.exited;
    clearTimeout(patience);
    show(`evenkeel ${args.join(' ')} ${Object.keys(other)}`, program.output());
    return program.output();
  };
  const page = async (path: string) => show(path, await fetchText(await hasStarted(up), path));

  const live = async () => {
    const bus = await connectNats({ servers: env.EVENKEEL_NATS_URL!, name: 'e2e' });
    const done = async () =>
      (await Array.fromAsync(bus.read('decisions', ['evenkeel.v1.decisions.>']))).some(
        ({ event }) => event.type === typeOf(migrationCompleted),
      );
    await until('a move', done, { seconds: 200, tell: () => up.output().slice(-3_000) });
    const { faults } = cluster.simulator;
    for (const status of [500, 403, 400, 502, 418, 595, 401]) {
      for (const method of ['GET', 'POST'] as const)
        faults.add({
          kind: 'error',
          path: '/',
          method,
          status,
          message: echo(method === 'GET' ? 'read' : 'write'),
          times: 30,
        });
    }
    faults.add({ kind: 'error', path: '/nodes', method: 'GET', status: 500, message: echo('write'), times: 60 });
    const long = `${'x'.repeat(600 - echo('read').length + 20)}${echo('read')}`;
    faults.add({ kind: 'error', path: '/cluster', method: 'GET', status: 500, message: long, times: 30 });
    faults.add({ kind: 'fail', message: echo('write') });
    await until('trouble to be heard of', () => up.lines().some(({ level }) => level === 'warn'), { seconds: 60 });
    await cluster.skip(120);
    await page('/readyz?verbose');
    faults.clear();
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    for (const path of ['/readyz?verbose', '/healthz', '/livez', '/metrics', '/nothing']) await page(path);
    const streams = ['telemetry', 'decisions', 'commands'] as const;
    for (const stream of streams)
      for await (const stored of bus.read(stream, ['evenkeel.>'])) show(`stream ${stream}`, JSON.stringify(stored));
    for await (const letter of bus.letters())
      show('letters', JSON.stringify(letter) + Buffer.from(letter.body).toString());
    show(
      'ledger',
      JSON.stringify(await bus.ledger.list(clusterName)) + JSON.stringify(await bus.ledger.list('config')),
    );
    const store = await connectRedis({ url: env.EVENKEEL_REDIS_URL! });
    for (const { name } of records) show(`record ${name}`, JSON.stringify(await store.all(clusterName, name)));
    await store.close();
    await bus.close();
  };

  const ask = async () => {
    const strange = (url: string) => url.replace(/@127.*/, '@[bad');
    const far = (url: string) => url.replace(/:\d+$/, ':1');
    const [nats, redis] = [env.EVENKEEL_NATS_URL!, env.EVENKEEL_REDIS_URL!];
    const wrong = join(servers.dir, 'wrong.yaml');
    const lines = [
      `mode: ${id('read')}=${planted.read_token}`,
      `token: ${planted.write_token}`,
      `clusters: [{ name: a, hosts: ["root:${planted.nats_url}@pve1"], read_token_file: "${id('read')}=${planted.read_token}" }]`,
    ];
    await writeFile(wrong, lines.join('\n'));
    const good = [['status'], ['explain', '9000'], ['outcomes'], ['doctor'], ['doctor', '--json']];
    const bad: [string[], Record<string, string>][] = [
      [['doctor'], { EVENKEEL_NATS_URL: far(nats), EVENKEEL_REDIS_URL: far(redis) }],
      [['doctor'], { EVENKEEL_NATS_URL: strange(nats), EVENKEEL_REDIS_URL: strange(redis) }],
      [['run', 'scorer'], { EVENKEEL_NATS_URL: strange(nats) }],
      [['run', 'scorer'], { EVENKEEL_REDIS_URL: strange(redis) }],
      [['status'], { EVENKEEL_NATS_URL: strange(nats) }],
      [['up'], { EVENKEEL_NATS_URL: nats.replace('nats:', 'http:') }],
      [['up'], { EVENKEEL_PVE_HOSTS: `root:${planted.write_token}@pve1,https://root:${planted.read_token}@pve2` }],
      [['up'], { EVENKEEL_PVE_READ_TOKEN: `evenkeel@pve read ${planted.read_token}` }],
      [['up'], { EVENKEEL_READ_TOKEN: planted.read_token }],
      [['doctor'], { EVENKEEL_PVE_READ_TOKEN: `${id('read')}=${planted.write_token}x` }],
      [
        ['doctor'],
        { EVENKEEL_PVE_READ_TOKEN: '', EVENKEEL_PVE_READ_TOKEN_FILE: `${id('read')}=${planted.read_token}` },
      ],
      [['up'], { EVENKEEL_PVE_READ_TOKEN: '', EVENKEEL_PVE_READ_TOKEN_FILE: planted.read_token }],
      [['doctor'], { EVENKEEL_PVE_WRITE_TOKEN_FILE: `${id('write')}=${planted.write_token}` }],
      [['doctor'], { EVENKEEL_NATS_PASSWORD_FILE: planted.nats_url }],
      [['status'], { EVENKEEL_REDIS_PASSWORD_FILE: planted.redis_url }],
      [['config', 'check', wrong], {}],
      [['run', 'scorer'], { EVENKEEL_CONFIG: wrong }],
    ];
    await run(['dead', 'list', '--json']);
    for (const said of await Promise.all(good.map((args) => run(args)))) silent(said);
    for (let i = 0; i < bad.length; i += 6) {
      const some = bad.slice(i, i + 6);
      for (const said of await Promise.all(some.map(([args, other]) => run(args, other)))) silent(said);
    }
  };

  const find = async () => {
    await up.stop();
    show('log', up.output());
    return shown.flatMap(([where, text]) =>
      Object.entries(planted).flatMap(([what, secret]) => {
        const at = [...partsOf(secret), Buffer.from(secret).toString('base64').slice(0, -3)]
          .map((s) => text.indexOf(s))
          .find((i) => i >= 0);
        return at === undefined ? [] : [`${what} in ${where}: …${text.slice(Math.max(0, at - 200), at + 20)}`];
      }),
    );
  };

  const close = async () => {
    await up.kill();
    await cluster.close();
    await servers.close();
  };
  await hasStarted(up).catch(async (error) => {
    await close();
    throw error;
  });
  return { shown, live, ask, find, close };
}

/** Whoever says nothing shows nothing. */
function silent(said: string): void {
  if (said === '') throw new Error('the command line said nothing');
}

async function setPassword(url: string, password: string): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  const answered = new Promise((resolve) => socket.once('data', resolve));
  socket.write(`CONFIG SET requirepass ${password}\r\n`);
  const said = await answered;
  if (said !== '+OK\r\n') throw new Error(`Redis takes no password: ${said}`);
  socket.destroy();
}

function fetchText(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let text = JSON.stringify(response.headers);
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => resolve(text));
    }).on('error', reject);
  });
}
