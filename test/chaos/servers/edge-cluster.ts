import type { ConfigInput } from '@evenkeel/contracts';
import type { DescriptionInput } from '@evenkeel/simulator';
import { skewedCluster } from '../../e2e/stage/cluster.ts';

export const nodes = Array.from({ length: 12 }, (_, i) => `e${i + 1}`);

/** A guest of the cluster, and which trouble it is for. */
export type EdgeGuest = { vmid: number; node: string; of: string; isService: boolean };

/** So many guests for each trouble, spread over the nodes. */
export const guestsFor = (wanted: readonly { of: string; count: number; isService: boolean }[]): EdgeGuest[] =>
  wanted
    .flatMap(({ of, count, isService }) => Array.from({ length: count }, () => ({ of, isService })))
    .map((guest, i) => ({ ...guest, vmid: 101 + i, node: nodes[i % nodes.length]! }));

/** Small guests that are moved within seconds of the cluster. */
export const edgeCluster = (guests: readonly EdgeGuest[]): DescriptionInput => ({
  name: 'stage',
  seed: 11,
  tokens: skewedCluster.tokens ?? [],
  storages: [{ name: 'ceph', type: 'rbd', shared: true, content: ['images', 'rootdir'] }],
  migration: { start_s: 2, finish_s: 1 },
  nodes: nodes.map((name) => ({ name, threads: 32, memory_gib: 128, link_mib_s: 1_000 })),
  guests: guests.map(({ vmid, node, isService }) => ({
    vmid,
    node,
    name: `vm${vmid}`,
    vcpus: 1,
    memory_gib: 1,
    load: { kind: 'constant', level: 0.1 },
    memory: { level: 0.5, drift: 0 },
    ...(isService ? { ha: {} } : {}),
  })),
});

export const max_concurrent = 8;

/** Moves what is approved, eight at a time, whatever failed before. */
export const moving: ConfigInput = {
  mode: 'auto',
  automated_migrations: {
    dry_run: false,
    rules: { max_concurrent_migrations: max_concurrent, cooldown_minutes: 0, grace_period_seconds: 0 },
    safety_checks: { abort_on_failure: false },
  },
};
