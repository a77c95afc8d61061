import { createProxmox, httpsTransport, type TaskRow } from '@evenkeel/proxmox';
import { readToken } from '../e2e/stage/cluster.ts';
import type { Stage } from '../e2e/stage/stage.ts';
import type { Witness } from './check-story.ts';
import type { PlayedCluster } from './come-to-rest.ts';
import { max_concurrent, restlessCluster } from './restless-cluster.ts';

/** All that can be known of a story. */
export async function witnessOf(stage: Stage, cluster: PlayedCluster): Promise<Witness> {
  const letters = await Array.fromAsync(stage.bus.letters(), ({ service, subject, reason }) =>
    [service, subject, reason].join(': '),
  );
  return {
    events: await stage.decisions(),
    truth: await cluster.truth(),
    tasks: await migrationTasks(cluster),
    dead_letters: letters,
    max_concurrent,
  };
}

async function migrationTasks({ port, fingerprint }: PlayedCluster): Promise<TaskRow[]> {
  const transport = httpsTransport({ hosts: [`127.0.0.1:${port}`], fingerprints: [fingerprint] });
  const proxmox = createProxmox({ transport, token: readToken, readOnly: true });
  const nodes = restlessCluster.nodes.map(({ name }) => name);
  const lists = await Promise.all(nodes.map((node) => proxmox.node_tasks(node, { source: 'all', limit: 1_000 })));
  await proxmox.close();
  return lists.flat().filter(({ type }) => type === 'qmigrate' || type === 'vzmigrate');
}
