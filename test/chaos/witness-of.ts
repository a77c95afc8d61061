import { createProxmox, httpsTransport, type TaskRow } from '@evenkeel/proxmox';
import { readToken } from '../e2e/stage/cluster.ts';
import type { Stage } from '../e2e/stage/stage.ts';
import type { Witness } from './check-story.ts';
import type { PlayedCluster } from './come-to-rest.ts';
import { max_concurrent, restlessCluster } from './restless-cluster.ts';

/** All that can be known of a story. */
export async function witnessOf(
  stage: Stage,
  cluster: PlayedCluster,
  nodes: readonly { name: string }[] = restlessCluster.nodes,
): Promise<Witness> {
  const letters = await Array.fromAsync(stage.bus.letters(), ({ service, subject, reason }) =>
    [service, subject, reason].join(': '),
  );
  return {
    events: await stage.decisions(),
    truth: await cluster.truth(),
    tasks: await migrationTasks(cluster, nodes),
    dead_letters: letters,
    max_concurrent,
  };
}

async function migrationTasks(
  { port, fingerprint }: PlayedCluster,
  nodes: readonly { name: string }[],
): Promise<TaskRow[]> {
  const transport = httpsTransport({ hosts: [`127.0.0.1:${port}`], fingerprints: [fingerprint] });
  const proxmox = createProxmox({ transport, token: readToken, readOnly: true, timeout_ms: 60_000 });
  const asked = { source: 'all', limit: 5_000 } as const;
  const lists = await Promise.all(nodes.map(({ name }) => proxmox.node_tasks(name, asked)));
  await proxmox.close();
  return lists.flat().filter(({ type }) => type === 'qmigrate' || type === 'vzmigrate');
}
