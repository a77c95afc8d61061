import type { ConfigInput } from '@evenkeel/contracts';
import type { DescriptionInput } from '@evenkeel/simulator';
import { skewedCluster } from '../../e2e/stage/cluster.ts';

type SmallGuest = { vmid: number; node: string; ha?: boolean };

/** Small guests on large nodes, each of which is moved within seconds of the cluster. */
export const withSmallGuests = (nodes: readonly string[], guests: readonly SmallGuest[]): DescriptionInput => ({
  name: 'stage',
  seed: 11,
  tokens: skewedCluster.tokens ?? [],
  storages: [{ name: 'ceph', type: 'rbd', shared: true, content: ['images', 'rootdir'] }],
  migration: { start_s: 2, finish_s: 1 },
  nodes: nodes.map((name) => ({ name, threads: 32, memory_gib: 128, link_mib_s: 1_000 })),
  guests: guests.map(({ vmid, node, ha }) => ({
    vmid,
    node,
    name: `vm${vmid}`,
    vcpus: 1,
    memory_gib: 1,
    load: { kind: 'constant', level: 0.1 },
    memory: { level: 0.5, drift: 0 },
    ...(ha ? { ha: {} } : {}),
  })),
});

/** Moves what is approved, so many at a time, whatever failed before. */
export const movingAtOnce = (max_concurrent_migrations: number): ConfigInput => ({
  mode: 'auto',
  automated_migrations: {
    dry_run: false,
    rules: { max_concurrent_migrations, cooldown_minutes: 0, grace_period_seconds: 0 },
    safety_checks: { abort_on_failure: false },
  },
});
