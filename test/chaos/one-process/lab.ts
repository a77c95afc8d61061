import type { DescriptionInput } from '@evenkeel/simulator';
import { rights } from '../../../services/executor/src/testing/index.ts';
import { cluster, token } from './replica.ts';
import type { Trial } from './trial.ts';

export const nodes = ['a', 'b', 'c', 'd'] as const;

/** Guests by number: where they begin, and which of them HA has or are containers. */
export const guests = Array.from({ length: 8 }, (_, i) => ({
  vmid: 101 + i,
  node: nodes[i % nodes.length]!,
  isService: i % 3 === 1,
  isContainer: i % 6 === 5,
}));

const bound = (approvals: Trial['approvals']): number[] =>
  approvals.flatMap(({ vmid, companions = [] }) => (companions.length > 0 ? [vmid, ...companions] : []));

const ruleOf = (vmids: readonly number[]) => ({
  rule: 'pair',
  type: 'resource-affinity' as const,
  resources: [...new Set(vmids)].map((vmid) => `vm:${vmid}`),
  affinity: 'positive' as const,
});

/** A small cluster on which a migration takes some ten seconds. */
export const labOf = ({ seed, approvals, by_ha }: Pick<Trial, 'seed' | 'approvals' | 'by_ha'>): DescriptionInput => ({
  name: cluster,
  seed,
  tokens: [{ ...token, privileges: { '/': rights } }],
  storages: [{ name: 'ceph', type: 'rbd', shared: true, content: ['images', 'rootdir'] }],
  migration: { start_s: 2, finish_s: 1 },
  nodes: nodes.map((name) => ({ name, threads: 32, memory_gib: 128, link_mib_s: 400 })),
  ...(by_ha && bound(approvals).length > 0 ? { ha: { rules: [ruleOf(bound(approvals))] } } : {}),
  guests: guests.map(({ vmid, node, isService, isContainer }) => ({
    vmid,
    node,
    name: `vm${vmid}`,
    vcpus: 2,
    memory_gib: 2,
    load: { kind: 'constant', level: 0.2 },
    memory: { level: 0.5, drift: 0 },
    ...(!by_ha && bound(approvals).includes(vmid) ? { tags: ['affinity_pair'] } : {}),
    ...(isService || (by_ha && bound(approvals).includes(vmid)) ? { ha: {} } : {}),
    ...(isContainer ? { type: 'lxc' as const } : {}),
  })),
});
