import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CloudEvent, migrationApproved, runDecided } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import { type OpenedCluster, openCluster, type Written } from '../../e2e/stage/open-cluster.ts';
import { tellRedis } from '../../e2e/stage/raw-wire.ts';
import { type Both, openServers, type Servers } from '../../e2e/stage/servers.ts';
import { hasStarted, openStage, type Stage } from '../../e2e/stage/stage.ts';
import { until } from '../../e2e/stage/until.ts';
import { checkStory } from '../check-story.ts';
import { comeToRest } from '../come-to-rest.ts';
import { eager, restlessCluster } from '../restless-cluster.ts';
import { tellMoves } from '../tell-story.ts';
import { witnessOf } from '../witness-of.ts';
import { endOf, type Part, type Row, seconds, type Wanted } from './row.ts';
import { mountSmallDisk, type SmallDisk } from './small-disk.ts';

const speed = 15;
/** Seconds of the cluster beyond which nobody may act on a sample, and by which clocks may differ. */
const oldest_s = 600;
const tolerance_s = 60;

type Refusal = {
  what: string;
  begin: () => Promise<unknown>;
  end: () => Promise<unknown>;
  /** What /readyz must say. */
  named: RegExp;
};

/** Redis still answers, and refuses whatever changes something. */
function refusalsOfRedis({ redis, dir }: Servers): Refusal[] {
  const tell = (command: string) => tellRedis(redis.url, command);
  const inTheWay = join(dir, 'redis', 'dump.rdb');
  const named = /store: .*refuses/;
  return [
    {
      what: 'Redis out of memory (noeviction)',
      begin: () => tell('CONFIG SET maxmemory 1'),
      end: () => tell('CONFIG SET maxmemory 0'),
      named,
    },
    {
      what: 'Redis after a failed bgsave (MISCONF)',
      begin: async () => {
        await mkdir(inTheWay);
        await tell('CONFIG SET save "1 1"');
        await tell('BGSAVE');
      },
      end: () => rmdir(inTheWay),
      named,
    },
    {
      what: 'Redis read-only (a replica whose master is gone)',
      begin: () => tell('REPLICAOF 127.0.0.1 1'),
      end: () => tell('REPLICAOF NO ONE'),
      named,
    },
  ];
}

function refusalsOf(servers: Servers, { simulator }: OpenedCluster, disk: SmallDisk | null): Refusal[] {
  const slow: Refusal = {
    what: 'Proxmox answers after 30 s',
    begin: async () => simulator.faults.add({ kind: 'slow', delay_ms: 30_000 * speed }),
    end: async () => simulator.faults.clear(),
    named: /collector\/stage.*no answer within/,
  };
  const full = disk && {
    what: 'NATS on a full disk',
    begin: disk.fill,
    end: disk.empty,
    named: /bus: .*no space left/,
  };
  return [...(full ? [full] : []), ...refusalsOfRedis(servers), slow];
}

type Outlasted = {
  what: string;
  noticed_s: number;
  ready_s: number;
  decided_s: number;
  posts: number;
  broken: string[];
};

/** Begins while a guest is on the move; nobody helps. */
async function outlastOne(refusal: Refusal, stage: Stage, cluster: OpenedCluster, for_s: number): Promise<Outlasted> {
  const tell = stage.story;
  const program = stage.of('scorer');
  const { what, named } = refusal;
  await until('a migration under way', () => cluster.simulator.inspect().running.length > 0, { seconds: 300, tell });
  const before = cluster.writes.length;
  const began = performance.now();
  await refusal.begin();
  const falsely: string[] = [];
  let noticed_s = Number.POSITIVE_INFINITY;
  const since = () => (performance.now() - began) / 1000;
  for (; since() < for_s || (noticed_s === Number.POSITIVE_INFINITY && since() < 90); await sleep(500)) {
    const { status, text } = await stage.ready(program);
    if (noticed_s === Number.POSITIVE_INFINITY && status === 503 && named.test(text))
      noticed_s = seconds(1000 * since());
    else if (noticed_s < since() && status === 200) falsely.push(`ready after ${Math.round(since())} s of: ${what}`);
  }
  if (noticed_s === Number.POSITIVE_INFINITY) falsely.push(`nobody noticed: ${what}`);
  await refusal.end();
  const ended = performance.now();
  const now = cluster.simulator.now();
  const posts = cluster.writes.length - before;
  await until('to be ready', async () => (await stage.ready(program)).status === 200, { seconds: 300, tell });
  const ready_s = seconds(performance.now() - ended);
  const isDecided = async () =>
    (await stage.decisions()).some(({ type, time }) => type === typeOf(runDecided) && Date.parse(time) > now);
  await until('a decision', isDecided, { seconds: 240, every_ms: 500, tell });
  return { what, noticed_s, ready_s, decided_s: seconds(performance.now() - ended), posts, broken: falsely };
}

/** Requests that were sent although what they were decided on was too old, or their approval had expired. */
function checkFresh(events: readonly CloudEvent[], writes: readonly Written[]): string[] {
  const approved = events
    .filter(({ type }) => type === typeOf(migrationApproved))
    .map(({ data }) => migrationApproved.data.parse(data).migration);
  return writes
    .filter(({ method }) => method === 'POST')
    .flatMap(({ at, path, target }) => {
      const [, node, vmid] = /\/nodes\/([^/]+)\/(?:qemu|lxc)\/(\d+)\/migrate$/.exec(path) ?? [];
      const own = approved.filter(
        (m) =>
          `${m.vmid}` === vmid &&
          m.source_node === node &&
          m.target_node === target &&
          Date.parse(m.approved_at) <= at + tolerance_s * 1000,
      );
      const last = own.at(-1);
      if (!last) return [`nobody approved ${path} to ${target}`];
      const age = (at - Date.parse(last.sampled_at ?? last.approved_at)) / 1000;
      const late = (at - Date.parse(last.expires_at)) / 1000;
      return [
        ...(age > oldest_s + tolerance_s ? [`${last.migration_id} was sent on a sample ${Math.round(age)} s old`] : []),
        ...(late > tolerance_s ? [`${last.migration_id} was sent ${Math.round(late)} s after it expired`] : []),
      ];
    });
}

/** NATS, Redis and Proxmox are there and do not serve, one after the other, each for so many seconds. */
export async function outlastRefusals(
  binaries: Both,
  wanted: Wanted,
  { for_s = 40, only = /./ }: Part = {},
): Promise<Row> {
  const disk = await mountSmallDisk(64);
  if (!disk) console.warn('no disk can be mounted here: that NATS runs out of its own is left out');
  const servers = await openServers(binaries, '', disk ? { dir: join(disk.dir, 'nats'), max_file: '4GB' } : {});
  const closers: (() => Promise<unknown>)[] = [() => servers.close(), async () => disk?.close()];
  const end = endOf(wanted);
  try {
    const cluster = await openCluster(restlessCluster, speed);
    closers.unshift(cluster.close);
    const stage = await openStage({ servers, proxmox: cluster, config: eager() });
    closers.unshift(stage.close);
    const up = stage.startAllInOne();
    await hasStarted(up);
    const outlasted: Outlasted[] = [];
    const refusals = refusalsOf(servers, cluster, disk).filter(({ what }) => only.test(what));
    for (const refusal of refusals)
      if (performance.now() < end) outlasted.push(await outlastOne(refusal, stage, cluster, for_s));
    const played = { ...cluster, truth: async () => cluster.simulator.inspect() };
    await comeToRest(stage, played);
    const witness = await witnessOf(stage, played);
    const tellOne = ({ what, noticed_s, ready_s, decided_s, posts }: Outlasted) =>
      `${what}: not ready after ${noticed_s} s, ${posts} requests meanwhile, ready ${ready_s} s and deciding ${decided_s} s after its end`;
    return {
      what: `disk full, writes refused, Proxmox slow, ${for_s} s each`,
      done: outlasted.length,
      required: 5,
      broken: [
        ...checkStory(witness),
        ...checkFresh(witness.events, cluster.writes),
        ...outlasted.flatMap(({ broken }) => broken),
        ...(up.isOver() ? ['the process ended'] : []),
      ],
      figures: [...outlasted.map(tellOne), tellMoves(witness)].join('; '),
      story: stage.story(),
    };
  } finally {
    for (const close of closers) await close();
  }
}
