import type { ConfigInput } from '@evenkeel/contracts';
import type { DescriptionInput } from '@evenkeel/simulator';
import { secret, skewedCluster } from '../../e2e/stage/cluster.ts';

export const executors = ['x1', 'x2', 'x3'] as const;
export type ExecutorName = (typeof executors)[number];

/** A token for each executor, so that the cluster can tell who asks. */
export const tokenOf = (name: ExecutorName): string => `evenkeel@pve!${name}=${secret}`;

const [, write] = skewedCluster.tokens as [object, { privileges: Record<string, string[]> }];
const nodes = ['pve1', 'pve2', 'pve3', 'pve4'];
export const vmids = Array.from({ length: 24 }, (_, i) => 101 + i);

/** Small guests that are moved within seconds of the cluster. */
export const quickCluster: DescriptionInput = {
  name: 'stage',
  seed: 11,
  tokens: [
    ...(skewedCluster.tokens ?? []),
    ...executors.map((name) => ({ id: `evenkeel@pve!${name}`, secret, privileges: write.privileges })),
  ],
  storages: [{ name: 'ceph', type: 'rbd', shared: true, content: ['images', 'rootdir'] }],
  migration: { start_s: 2, finish_s: 1 },
  nodes: nodes.map((name) => ({ name, threads: 32, memory_gib: 128, link_mib_s: 1_000 })),
  guests: vmids.map((vmid, i) => ({
    vmid,
    node: nodes[i % nodes.length]!,
    name: `vm${vmid}`,
    vcpus: 1,
    memory_gib: 1,
    load: { kind: 'constant', level: 0.2 },
    memory: { level: 0.5, drift: 0 },
  })),
};

export const max_concurrent = 3;

/** Moves what is approved, three at a time. */
export const moving: ConfigInput = {
  mode: 'auto',
  automated_migrations: {
    dry_run: false,
    rules: { max_concurrent_migrations: max_concurrent, cooldown_minutes: 0, grace_period_seconds: 0 },
    safety_checks: { abort_on_failure: false },
  },
};
