import { migrationApproved } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import { type findBoth, openServers } from '../e2e/stage/servers.ts';
import { simulate } from '../e2e/stage/simulator.ts';
import { openStage } from '../e2e/stage/stage.ts';
import { until } from '../e2e/stage/until.ts';
import { comeToRest } from './come-to-rest.ts';
import { carryOut, type Kills } from './kills.ts';
import { eager, restlessCluster } from './restless-cluster.ts';
import { witnessOf } from './witness-of.ts';

const speed = 60;

/** Plays a story in which services are killed, lets it come to its end, and hands over all that can be known of it. */
export async function endure(binaries: NonNullable<Awaited<ReturnType<typeof findBoth>>>, kills: Kills) {
  const servers = await openServers(binaries);
  const closers: (() => Promise<void>)[] = [() => servers.close()];
  try {
    const simulator = await simulate(servers.dir, restlessCluster, speed);
    closers.unshift(simulator.close);
    const stage = await openStage({ servers, proxmox: simulator, config: eager() });
    closers.unshift(stage.close);
    await stage.startAll();
    const isApproved = async () => (await stage.decisions()).some(({ type }) => type === typeOf(migrationApproved));
    await until('a first approval', isApproved, { tell: stage.story });
    await carryOut(kills.moving, stage);
    await until('three moves', async () => (await simulator.truth()).moves.length >= 3, {
      seconds: 150,
      every_ms: 500,
      tell: stage.story,
    });
    await comeToRest(stage, simulator, kills.judging);
    return { witness: await witnessOf(stage, simulator), story: stage.story() };
  } finally {
    for (const close of closers) await close();
  }
}
