import { setTimeout as sleep } from 'node:timers/promises';
import { clusterSampled, filterOf, migrationApproved, runDecided } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import { type Both, openClusteredServers } from '../../e2e/stage/servers.ts';
import { simulate } from '../../e2e/stage/simulator.ts';
import { clusterName, openStage, type Stage } from '../../e2e/stage/stage.ts';
import { until } from '../../e2e/stage/until.ts';
import { checkStory } from '../check-story.ts';
import { comeToRest } from '../come-to-rest.ts';
import { eager, restlessCluster } from '../restless-cluster.ts';
import { tellMoves } from '../tell-story.ts';
import { witnessOf } from '../witness-of.ts';
import { killLeader, startAgain } from './leaders.ts';
import { endOf, type Row, seconds, shareOf, type Wanted } from './row.ts';

const speed = 30;
/** Seconds within which everybody works again. */
const patience_s = 20;

/** A whole pass, from a look at the cluster to a decision, that began after this moment of the cluster; seconds until then. */
async function worksAgain(stage: Stage, now: string): Promise<number> {
  const began = performance.now();
  const isAfter = async (stream: 'telemetry' | 'decisions', subject: string) =>
    ((await stage.bus.last(stream, subject))?.event.time ?? '') > now;
  await until(
    'a decision',
    async () =>
      (await isAfter('telemetry', filterOf(clusterSampled, clusterName))) &&
      (await isAfter('decisions', filterOf(runDecided, clusterName))),
    { seconds: 120, tell: stage.story },
  );
  return seconds(performance.now() - began);
}

/** Seven services on three nats-servers; whoever leads a stream is killed while guests are on the move, and nobody helps. */
export async function outliveLeaders(binaries: Both, wanted: Wanted): Promise<Row> {
  const servers = await openClusteredServers(binaries);
  const closers: (() => Promise<void>)[] = [() => servers.close()];
  const end = endOf(wanted);
  try {
    const simulator = await simulate(servers.dir, restlessCluster, speed);
    closers.unshift(simulator.close);
    const stage = await openStage({ servers, proxmox: simulator, config: eager(), replicas: 3 });
    closers.unshift(stage.close);
    await stage.startAll();
    const isApproved = async () => (await stage.decisions()).some(({ type }) => type === typeOf(migrationApproved));
    await until('a first approval', isApproved, { tell: stage.story });
    const required = 6;
    const took: number[] = [];
    let again = 0;
    for (let n = 0; n < shareOf(required, wanted) && performance.now() < end; n++) {
      const killed = await killLeader(servers.nats, n % 2 === 0 ? 'decisions' : 'telemetry');
      const { now } = await simulator.truth();
      took.push(await worksAgain(stage, new Date(now).toISOString()));
      again += await startAgain(servers.nats, killed);
      await sleep(1_000);
    }
    await comeToRest(stage, simulator);
    const witness = await witnessOf(stage, simulator);
    const slow = took.filter((s) => s > patience_s).map((s) => `work went on only after ${s} s`);
    return {
      what: 'NATS R3: seven services while leaders are killed',
      done: took.length,
      required,
      broken: [...checkStory(witness), ...slow],
      figures: `from the kill to a decision on what was seen after it ${took.join(', ')} s; ${again} servers that the others did not count were started once more; ${tellMoves(witness)}`,
      story: stage.story(),
    };
  } finally {
    for (const close of closers) await close();
  }
}
