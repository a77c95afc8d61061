import type { ClusterSample } from '@evenkeel/contracts';
import { byText } from '@evenkeel/model';
import type { Replication } from '@evenkeel/proxmox';

/** The sample with the nodes to which each guest is replicated. */
export function withReplications(sample: ClusterSample, jobs: readonly Replication[]): ClusterSample {
  const targets = new Map<number, string[]>();
  for (const { vmid, target } of jobs) targets.set(vmid, [...(targets.get(vmid) ?? []), target]);
  const guests = sample.guests.map((guest) => {
    const found = guest.constraints && targets.get(guest.vmid);
    if (!guest.constraints || !found) return guest;
    return { ...guest, constraints: { ...guest.constraints, replicated_to: [...new Set(found)].sort(byText) } };
  });
  return { ...sample, guests };
}
