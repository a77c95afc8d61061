import { fileURLToPath } from 'node:url';
import {
  type ApprovedMigration,
  type CloudEvent,
  migrationApproved,
  migrationCompleted,
  migrationFailed,
  migrationRefused,
} from '@evenkeel/contracts';
import { envelope, typeOf } from '@evenkeel/runtime';
import { approval } from '../../../services/executor/src/testing/index.ts';
import { type OpenedCluster, openCluster } from '../../e2e/stage/open-cluster.ts';
import type { Program } from '../../e2e/stage/program.ts';
import { type Both, openServers } from '../../e2e/stage/servers.ts';
import { clusterName, hasStarted, openStage, type Stage } from '../../e2e/stage/stage.ts';
import { until } from '../../e2e/stage/until.ts';
import { checkTrial } from '../one-process/check-trial.ts';
import { type EdgeGuest, edgeCluster, max_concurrent, moving } from './edge-cluster.ts';

export type Move = { vmid: number; from: string; to: string };
export type Edge = {
  stage: Stage;
  cluster: OpenedCluster;
  /** Where a guest is. */
  nodeOf: (vmid: number) => string | undefined;
  /** Starts the executor, its lease some seconds; `env` may set its clock wrong. */
  start: (env?: Record<string, string>) => Promise<Program>;
  /** Approves a move now by the cluster's clock, as the filter pipeline would; a move of a guest to a node comes once. */
  approve: (move: Move, more?: Partial<ApprovedMigration>) => Promise<ApprovedMigration>;
  /** Ends so far, by migration. */
  ends: () => Promise<Map<string, CloudEvent>>;
  /** Waits until all that was approved has ended. */
  settle: () => Promise<void>;
  /** What was promised never to happen and did. */
  broken: () => Promise<string[]>;
};

const shortLease = fileURLToPath(new URL('./short-lease.ts', import.meta.url));
const endTypes = [migrationCompleted, migrationFailed, migrationRefused].map(typeOf);

/** One executor in a process of its own on real servers, before a cluster over HTTPS; `speed` 1 says nothing of a time of its own. */
export async function onEdge<T>(
  binaries: Both,
  { guests, speed }: { guests: readonly EdgeGuest[]; speed: number },
  play: (edge: Edge) => Promise<T>,
): Promise<T> {
  const servers = await openServers(binaries);
  const closers: (() => Promise<void>)[] = [() => servers.close()];
  try {
    const cluster = await openCluster(edgeCluster(guests), speed, {}, speed === 1 ? { tells_time: false } : {});
    closers.unshift(cluster.close);
    const stage = await openStage({ servers, proxmox: cluster, config: moving });
    closers.unshift(stage.close);
    return await play(createEdge(stage, cluster));
  } finally {
    for (const close of closers) await close();
  }
}

function createEdge(stage: Stage, cluster: OpenedCluster): Edge {
  const { simulator } = cluster;
  const approved: ApprovedMigration[] = [];
  const ended = new Map<string, CloudEvent>();
  let revision = '';
  let read = 1;

  const ends = async () => {
    for await (const { event, sequence } of stage.bus.read('decisions', ['evenkeel.v1.decisions.>'], read)) {
      read = sequence + 1;
      if (!endTypes.includes(event.type)) continue;
      ended.set((event.data as { migration: ApprovedMigration }).migration.migration_id, event);
    }
    return ended;
  };
  return {
    stage,
    cluster,
    nodeOf: (vmid) => simulator.inspect().guests.find((guest) => guest.vmid === vmid)?.node,
    start: async (env = {}) => {
      const program = stage.start('executor', env, shortLease);
      await hasStarted(program);
      revision = program.lines().find(({ msg }) => msg === 'started')!.config as string;
      return program;
    },
    approve: async ({ vmid, from, to }, more = {}) => {
      const now = simulator.now();
      const at = new Date(now).toISOString();
      const expires_at = new Date(now + 1_200_000).toISOString();
      const said = { cluster: clusterName, approved_at: at, sampled_at: at, expires_at, ...more };
      const migration = approval(vmid, from, to, said);
      const circumstances = {
        service: 'filter-pipeline',
        cluster: clusterName,
        trace: '',
        config_revision: revision,
      } as const;
      approved.push(migration);
      await stage.bus.publish(
        envelope(migrationApproved, migrationApproved.of({ migration }, migration.approved_at), circumstances),
      );
      return migration;
    },
    ends,
    settle: () =>
      until('the ends of all', async () => (await ends()).size >= approved.length, {
        seconds: 240,
        every_ms: 250,
        tell: stage.story,
      }).then(() => {}),
    broken: async () => checkTrial(await witnessOf(stage, cluster, approved), max_concurrent),
  };
}

/** As the witness of a trial in one process, of which the same is promised. */
async function witnessOf(stage: Stage, { simulator, writes }: OpenedCluster, approved: ApprovedMigration[]) {
  const letters = await Array.fromAsync(stage.bus.letters(), ({ reason }) => reason);
  return {
    trial: { seed: 0, replicas: 1, approvals: [], troubles: [] },
    approved,
    events: await stage.decisions(),
    truth: simulator.inspect(),
    faults: simulator.faults.list(),
    sent: writes,
    held: [],
    dead_letters: letters,
    ended: true,
    seconds: 0,
    points: new Map(),
    struck: [],
    still: [],
  };
}
