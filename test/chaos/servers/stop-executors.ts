import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seeded } from '@evenkeel/bus';
import type { Request } from '@evenkeel/simulator';
import { type OpenedCluster, openCluster, type Written } from '../../e2e/stage/open-cluster.ts';
import type { Program } from '../../e2e/stage/program.ts';
import { type Both, openServers } from '../../e2e/stage/servers.ts';
import { hasStarted, openStage } from '../../e2e/stage/stage.ts';
import { until } from '../../e2e/stage/until.ts';
import { checkMigrations, type Witness } from '../check-story.ts';
import { listen } from '../kills.ts';
import { tellMoves } from '../tell-story.ts';
import { witnessOf } from '../witness-of.ts';
import { createApprovals } from './approvals.ts';
import { lease_ms } from './lease.ts';
import { type ExecutorName, executors, max_concurrent, moving, quickCluster, tokenOf } from './quick-cluster.ts';
import { endOf, type Row, shareOf, type Wanted } from './row.ts';

const speed = 10;
const required = 200;
const shortLease = fileURLToPath(new URL('./short-lease.ts', import.meta.url));

/** When an executor is stopped: some milliseconds after an event, or while a call of its own is under way. */
type Moment = { after: string; delay_ms: number } | { in_call: RegExp; answered: boolean };

const calls = [
  /^POST .*\/migrate$/,
  /^GET .*\/migrate$/,
  /^GET .*\/status$/,
  /^GET .*\/cluster\/resources/,
  /^GET .*\/tasks/,
];
const events = ['migration.approved', 'migration.started', 'migration.progressed', 'migration.completed'];

function drawMoment(pick: (below: number) => number): Moment {
  if (pick(2) === 0) return { after: events[pick(events.length)]!, delay_ms: pick(1_000) };
  return { in_call: pick(2) === 0 ? calls[0]! : calls[pick(calls.length)]!, answered: pick(2) === 0 };
}

/** Where a call of this executor comes by, it stands still: before it is answered, or with the answer on its way. */
function stopInCall(cluster: OpenedCluster, name: ExecutorName, program: Program, wanted: RegExp, answered: boolean) {
  return new Promise<boolean>((resolve) => {
    const give = setTimeout(() => done(false), 3_000);
    const done = (struck: boolean) => {
      clearTimeout(give);
      cluster.listen(() => {});
      resolve(struck);
    };
    cluster.listen(({ method, path, authorization }: Request) => {
      if (!authorization?.includes(`!${name}=`) || !wanted.test(`${method} ${path.split('?')[0]}`)) return;
      if (answered) setImmediate(() => program.signal('SIGSTOP'));
      else program.signal('SIGSTOP');
      done(true);
    });
  });
}

/** Every request that started something belongs to one approval, and none was sent twice. */
function checkRequests({ events }: Witness, writes: readonly Written[]): string[] {
  const approved = events.filter(({ type }) => type.includes('.migration.approved.'));
  const of = (post: Written) => {
    const [, node, vmid] = /\/nodes\/([^/]+)\/qemu\/(\d+)\/migrate$/.exec(post.path) ?? [];
    return approved.filter(({ data }) => {
      const { migration } = data as {
        migration: { vmid: number; source_node: string; target_node: string; approved_at: string; expires_at: string };
      };
      const isMeant =
        `${migration.vmid}` === vmid && migration.source_node === node && migration.target_node === post.target;
      return isMeant && Date.parse(migration.approved_at) <= post.at && post.at <= Date.parse(migration.expires_at);
    });
  };
  const owners = writes.filter(({ method }) => method === 'POST').map((post) => ({ post, owner: of(post).at(-1)?.id }));
  const ids = owners.map(({ owner }) => owner);
  return [
    ...owners.filter(({ owner }) => !owner).map(({ post }) => `nobody approved ${post.path} to ${post.target}`),
    ...[...new Set(ids.filter((id, i) => id && ids.indexOf(id) !== i))].map((id) => `${id} was requested twice`),
  ];
}

/** Three executors share the work; one at a time stands still for twice its lease, and goes on. */
export async function stopExecutors(binaries: Both, wanted: Wanted): Promise<Row> {
  const servers = await openServers(binaries);
  const closers: (() => Promise<void>)[] = [() => servers.close()];
  const end = endOf(wanted);
  const over = new AbortController();
  try {
    const cluster = await openCluster(quickCluster, speed);
    closers.unshift(cluster.close);
    const stage = await openStage({ servers, proxmox: cluster, config: moving });
    closers.unshift(stage.close);
    const programs = new Map(
      executors.map((name) => [name, stage.start('executor', { EVENKEEL_PVE_WRITE_TOKEN: tokenOf(name) }, shortLease)]),
    );
    await Promise.all([...programs.values()].map(hasStarted));
    const revision = programs
      .get('x1')!
      .lines()
      .find(({ msg }) => msg === 'started')!.config as string;
    const approvals = createApprovals(stage.bus, cluster.simulator, revision, wanted.seed);
    const next = seeded(wanted.seed);
    const pick = (below: number) => Math.floor(next() * below);
    const { moment, listening } = listen(stage, over.signal);
    let isOver = false;
    const approving = (async () => {
      for (; !isOver; await sleep(250)) await approvals.fill(6);
    })();
    let done = 0;
    let in_call = 0;
    for (const times = shareOf(required, wanted); done < times && performance.now() < end; done++) {
      const name = executors[pick(executors.length)]!;
      const program = programs.get(name)!;
      const at = drawMoment(pick);
      if ('in_call' in at) {
        if (await stopInCall(cluster, name, program, at.in_call, at.answered)) in_call++;
      } else {
        await moment(at.after);
        await sleep(at.delay_ms);
      }
      program.signal('SIGSTOP');
      await sleep(2 * lease_ms);
      program.signal('SIGCONT');
      await sleep(200 + pick(600));
    }
    isOver = true;
    await approving;
    await until('the ends of all', async () => (await approvals.open()).length === 0, {
      seconds: 240,
      every_ms: 500,
      tell: stage.story,
    });
    await sleep(3_000);
    over.abort();
    await listening;
    const played = { ...cluster, truth: async () => cluster.simulator.inspect() };
    const witness = { ...(await witnessOf(stage, played, quickCluster.nodes)), max_concurrent };
    return {
      what: `3 executors, one stopped for ${(2 * lease_ms) / 1000} s, twice its lease`,
      done,
      required,
      broken: [...checkMigrations(witness), ...checkRequests(witness, cluster.writes)],
      figures: `${in_call} in the midst of a call of its own; ${tellMoves(witness)}`,
      story: stage.story(),
    };
  } finally {
    for (const close of closers) await close();
  }
}
