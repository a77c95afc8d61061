import { plainCluster, plainGuest, plainNode } from '@evenkeel/all-in-one/plain-cluster';
import { openReplay, type Replay } from '@evenkeel/all-in-one/replay';
import {
  type ApprovedMigration,
  type ClusterSample,
  Config,
  clusterSampled,
  type DataOf,
  type GuestSample,
  migrationApproved,
  migrationCompleted,
  migrationStarted,
  type NodeSample,
  recommended,
  runDecided,
} from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { type Case, type CaseNode, hostBytes } from './draw-case.ts';

/** What came of a case: its moves, whether it came to rest, and where everything was then. */
export type Rested = {
  config: Config;
  moves: ApprovedMigration[];
  rested: boolean;
  last: ClusterSample;
  notes: string[];
};

const cluster = 'constant';
const begin = Date.UTC(2026, 5, 1);
const minutesARun = 20;
/** A day without a move is rest: longer than any cooldown, and than what was learned while nodes were overloaded is heeded. */
const restRuns = 72;
const mostRuns = 400;
const GiB = 2 ** 30;

function configOf({ nodes }: Case): Config {
  const maintenance_nodes = nodes.filter((n) => n.maintenance).map((n) => n.node);
  return Config.parse({
    ...recommended,
    clusters: [{ name: cluster, hosts: ['none'] }],
    automated_migrations: {
      ...recommended.automated_migrations,
      enabled: true,
      check_interval_minutes: minutesARun,
      maintenance_nodes,
    },
  });
}

/** The cluster as it would be read: a node serves no more than it has, and its guests get less where it is full. */
function sampleOf(given: Case, placed: Record<number, string>, step: number): ClusterSample {
  const at = iso(begin + step * minutesARun * 60_000);
  const demand = (node: string) =>
    given.guests.reduce((sum, g) => sum + (placed[g.vmid] === node ? g.cpu * g.vcpus : 0), 0);
  const served = new Map(given.nodes.map((n) => [n.node, Math.min(1, n.threads / Math.max(1e-9, demand(n.node)))]));
  const nodeOf = ({ node, threads, memory }: CaseNode): NodeSample => ({
    ...plainNode,
    node,
    status: 'online',
    cpu: Math.min(1, demand(node) / threads),
    maxcpu: threads,
    mem: given.guests.reduce((sum, g) => sum + (placed[g.vmid] === node ? g.mem : 0), hostBytes),
    maxmem: memory,
    uptime: 1e6,
  });
  const guestOf = ({ vmid, vcpus, cpu, mem, maxmem, tags }: Case['guests'][number]): GuestSample => ({
    ...plainGuest,
    guest: `qemu/${vmid}`,
    vmid,
    type: 'qemu',
    name: `vm${vmid}`,
    node: placed[vmid]!,
    status: 'running',
    cpu: cpu * served.get(placed[vmid]!)!,
    maxcpu: vcpus,
    mem,
    maxmem,
    maxdisk: 32 * GiB,
    uptime: 1e6,
    tags,
    identity: `vm${vmid}`,
  });
  return {
    ...plainCluster,
    cluster,
    at,
    sequence: step + 1,
    config_revision: '',
    run: { run_id: `run-${step}`, opened_at: at },
    nodes: given.nodes.map(nodeOf),
    guests: given.guests.map(guestOf),
    running_migrations: [],
  };
}

/** Carries out what was approved, and all that this lets be approved. */
async function carryOut(
  replay: Replay,
  placed: Record<number, string>,
  now: number,
): Promise<{ moves: ApprovedMigration[]; notes: string[] }> {
  const { revision } = replay.configs.current();
  const moves: ApprovedMigration[] = [];
  let notes: string[] = [];
  for (let heard = replay.heard(), at = now; heard.length > 0; heard = replay.heard())
    for (const { name, data } of heard) {
      if (name === runDecided.name) notes = (data as DataOf<typeof runDecided>).notes;
      if (name !== migrationApproved.name) continue;
      const { migration } = data as DataOf<typeof migrationApproved>;
      const [started_at, completed_at] = [iso(at), iso(at + 10_000)];
      at += 10_000;
      placed[migration.vmid] = migration.target_node;
      moves.push(migration);
      const about = { migration, started_at, upid: `UPID:${migration.migration_id}` };
      await replay.say(migrationStarted.of({ ...about, adopted: false }, started_at), revision);
      await replay.say(migrationCompleted.of({ ...about, completed_at, warnings: [] }, completed_at), revision);
    }
  return { moves, notes };
}

/** Plays a case to the real services under the shipped preset until nothing has moved for a day. */
export async function playCase(given: Case): Promise<Rested> {
  const config = configOf(given);
  const replay = await openReplay(cluster, config, [migrationApproved, runDecided]);
  const { revision } = replay.configs.current();
  const placed = { ...given.start };
  const rested: Rested = { config, moves: [], rested: false, last: sampleOf(given, placed, 0), notes: [] };
  for (let step = 0, still = 0; step < mostRuns && !rested.rested; step++) {
    rested.last = { ...sampleOf(given, placed, step), config_revision: revision };
    await replay.say(clusterSampled.of(rested.last, rested.last.at), revision);
    const { moves, notes } = await carryOut(replay, placed, Date.parse(rested.last.at));
    rested.moves.push(...moves);
    rested.notes = notes;
    still = moves.length === 0 ? still + 1 : 0;
    rested.rested = still >= restRuns;
  }
  await replay.close();
  return rested;
}
