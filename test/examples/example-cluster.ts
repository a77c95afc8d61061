import { Config, type GuestSample } from '@evenkeel/contracts';
import { aCluster, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import type { ScalingCluster } from '@evenkeel/recommender/scaling';

/** Three nodes and some guests on them, watched for a week, with what a collector, a profiler and a scorer would say of them. */
export function exampleCluster(guests: readonly GuestSample[]): ScalingCluster {
  const sample = aCluster([aNode('pve1'), aNode('pve2'), aNode('pve3')], guests);
  const convergence = { spread: 60, threshold: 8, converged: false, reason: 'penalties 60.0 points apart' };
  return {
    sample,
    profiles: sample.guests.map((guest) => aProfile(guest, { window_hours: 168, samples: 2016 })),
    scores: [],
    convergence,
    config: Config.parse({ penalty_config: { min_score_improvement: 2 } }),
  };
}

/** A busy guest of two vCPUs on the first node. */
export const busy = (vmid: number, name: string): GuestSample => aGuest(vmid, 'pve1', { name, cpu: 0.85, maxcpu: 2 });

/** A container of eight vCPUs on the second node that hardly does anything. */
export const idle = (vmid: number, name: string): GuestSample =>
  aGuest(vmid, 'pve2', { type: 'lxc', name, cpu: 0.06, maxcpu: 8, mem: GiB, maxmem: 16 * GiB, mem_source: 'cgroup' });
