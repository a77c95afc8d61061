import { rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigInput } from '@evenkeel/contracts';
import { openCluster } from '../../e2e/stage/open-cluster.ts';
import { startProgram } from '../../e2e/stage/program.ts';
import { type Both, openServers } from '../../e2e/stage/servers.ts';
import { clusterName, hasStarted, openStage, type Stage } from '../../e2e/stage/stage.ts';
import { until } from '../../e2e/stage/until.ts';
import { eager, restlessCluster } from '../restless-cluster.ts';
import type { Part, Row, Wanted } from './row.ts';

const speed = 20;

/** One way of holding still, and of going on. */
type Hold = { what: string; begin: () => Promise<unknown>; end: () => Promise<unknown> };

const automated = eager().automated_migrations;

function holdsOf(stage: Stage): Hold[] {
  const { servers } = stage;
  const env = {
    EVENKEEL_CONFIG: join(servers.dir, 'evenkeel.json'),
    EVENKEEL_NATS_URL: servers.nats.url,
    EVENKEEL_PVE_CLUSTER: clusterName,
  };
  const say = async (...args: string[]) => {
    const program = startProgram(args[0] as string, args, env);
    const { code } = await program.exited;
    if (code !== 0) throw new Error(program.output());
  };
  const configure = async (config: ConfigInput) => {
    await stage.configure(config);
    const lines = stage.of('executor').lines().length;
    stage.of('executor').signal('SIGHUP');
    await until('the configuration', () =>
      stage
        .of('executor')
        .lines()
        .slice(lines)
        .some(({ msg }) => msg === 'configuration read again'),
    );
  };
  const back = () => configure(eager());
  const file = join(servers.dir, 'kill-switch');
  return [
    { what: 'paused', begin: () => say('pause', '--reason', 'chaos'), end: () => say('resume') },
    { what: 'mode observe, by command', begin: () => say('mode', 'observe'), end: () => say('mode', 'default') },
    { what: 'mode observe', begin: () => configure({ ...eager(), mode: 'observe' }), end: back },
    { what: 'mode recommend', begin: () => configure({ ...eager(), mode: 'recommend' }), end: back },
    {
      what: 'dry run',
      begin: () => configure({ ...eager(), automated_migrations: { ...automated, dry_run: true } }),
      end: back,
    },
    {
      what: 'switched off',
      begin: () => configure({ ...eager(), automated_migrations: { ...automated, enabled: false } }),
      end: back,
    },
    { what: 'kill switch', begin: () => writeFile(file, ''), end: () => rm(file) },
  ];
}

/** Calls of the client that were not for reading, as it counts them itself. */
function countWrites(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/metrics', agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => (text += part));
      response.on('end', () => {
        const lines = text.split('\n').filter((line) => /^evenkeel_\w*api\w*\{.*method="(POST|PUT|DELETE)"/.test(line));
        resolve(lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0));
      });
    }).on('error', reject);
  });
}

/** While people want nothing to move, nothing is written: neither by the client's own count, nor heard by the cluster. */
export async function holdStill(binaries: Both, _wanted: Wanted, { for_s = 40, only = /./ }: Part = {}): Promise<Row> {
  const servers = await openServers(binaries);
  const closers: (() => Promise<unknown>)[] = [() => servers.close()];
  try {
    const cluster = await openCluster(restlessCluster, speed);
    closers.unshift(cluster.close);
    const stage = await openStage({ servers, proxmox: cluster, config: eager() });
    closers.unshift(stage.close);
    const port = await hasStarted(stage.startAllInOne());
    const broken: string[] = [];
    let held_ms = 0;
    let done = 0;
    let moved = 0;
    for (const { what, begin, end } of holdsOf(stage).filter((hold) => only.test(hold.what))) {
      const first = cluster.writes.length;
      await until(`a request before: ${what}`, () => cluster.writes.length > first, {
        seconds: 300,
        tell: stage.story,
      });
      moved += cluster.writes.length - first;
      await begin();
      const [heard, counted] = [cluster.writes.length, await countWrites(port)];
      const since = cluster.simulator.now();
      await sleep(for_s * 1000);
      for (const { method, path } of cluster.writes.slice(heard)) broken.push(`${what}: ${method} ${path} was sent`);
      const more = (await countWrites(port)) - counted;
      if (more > 0) broken.push(`${what}: the client counted ${more} writes`);
      if (counted === 0) broken.push('the client counts no writes at all');
      held_ms += cluster.simulator.now() - since;
      await end();
      done++;
    }
    return {
      what: `paused, observing or the like, ${for_s} s each`,
      done,
      required: 7,
      broken,
      figures: `0 writes in ${Math.round(held_ms / 60_000)} min of the cluster, ${moved} right before each; by the client's own count and the cluster's`,
      story: stage.story(),
    };
  } finally {
    for (const close of closers) await close();
  }
}
