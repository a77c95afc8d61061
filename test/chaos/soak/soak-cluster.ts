import { Config, type ConfigInput, recommended } from '@evenkeel/contracts';
import type { DescriptionInput, GuestInput } from '@evenkeel/simulator';
import { cluster, token } from '../one-process/replica.ts';

export type Size = { nodes: number; guests: number };

export const nodesOf = ({ nodes }: Size): string[] => Array.from({ length: nodes }, (_, n) => `pve${n + 1}`);

const firstPopulated = 200;
/** Guests that a rule binds, by what they are tagged with: these are numbered from 101. */
const bound = [
  'exclude_db',
  'exclude_db',
  'exclude_db',
  'affinity_web',
  'affinity_web',
  'ignore',
  'ignore',
  'no-auto-migrate',
];

export const vmidsOf = ({ guests }: Size): number[] => [
  ...bound.map((_, n) => 101 + n),
  ...Array.from({ length: guests - bound.length }, (_, n) => firstPopulated + n),
];

/** A cluster of any size, hot at one end, with rhythms of its own; a fifth of its guests is in HA's hands, which Proxmox itself rebalances for odd seeds. */
export function soakCluster(size: Size, seed: number): DescriptionInput {
  const nodes = nodesOf(size);
  const threads = 16 * Math.ceil((0.65 * size.guests) / size.nodes / 16);
  const tagged = bound.map((tag, n): GuestInput => {
    const node = tag.startsWith('affinity') ? nodes[0]! : nodes[n % nodes.length]!;
    return { vmid: 101 + n, name: `vm${101 + n}`, node, tags: [tag], vcpus: 2, memory_gib: 4 };
  });
  return {
    name: cluster,
    seed,
    tokens: [token],
    storages: [{ name: 'ceph', type: 'rbd', shared: true, content: ['images', 'rootdir'] }],
    nodes: nodes.map((name) => ({ name, threads, memory_gib: 8 * threads, link_mib_s: 1100 })),
    guests: tagged,
    populate: {
      guests: size.guests - bound.length,
      first_vmid: firstPopulated,
      seed,
      layout: 'skewed',
      load: 'mixed',
      cpu: 0.45,
      memory: 0.4,
      ha: 0.2,
    },
    ...(seed % 2 === 1 ? { crs: { ha: 'dynamic' as const, auto_rebalance: true } } : {}),
  };
}

export const limits = { max_concurrent: 4, cooldown_minutes: 30, rollback_window_hours: 4 };

/** Every feature on, and nothing stops for long: what fails does not pause the cluster, so that much happens in a day. */
export function soakConfig(sample_interval_seconds: number, over: ConfigInput['automated_migrations'] = {}): Config {
  const { automated_migrations: automated } = recommended;
  return Config.parse({
    ...recommended,
    clusters: [{ name: cluster, hosts: ['simulator'] }],
    collection: { sample_interval_seconds: Math.min(300, sample_interval_seconds), backfill: false },
    automated_migrations: {
      ...automated,
      check_interval_minutes: Math.max(5, sample_interval_seconds / 60),
      migration_poll_timeout_seconds: 1800,
      ...over,
      rules: {
        ...automated?.rules,
        max_concurrent_migrations: limits.max_concurrent,
        cooldown_minutes: limits.cooldown_minutes,
        rollback_window_hours: limits.rollback_window_hours,
        approval_expiry_minutes: 10,
        ...over.rules,
      },
      safety_checks: { abort_on_failure: false, ...over.safety_checks },
    },
  });
}
