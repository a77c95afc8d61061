import type { ClusterSample } from '@evenkeel/contracts';

/** What an administrator should know where two balancers look after one cluster, or undefined where only one does. */
export function crsNote({ crs, guests }: Pick<ClusterSample, 'crs' | 'guests'>): string | undefined {
  const rebalances = crs.auto_rebalance && crs.mode !== 'basic';
  const owned = rebalances ? guests.filter(({ template, ha }) => !template && ha?.auto_rebalance).length : 0;
  if (owned === 0) return undefined;
  const whose = owned === 1 ? '1 HA guest is' : `${owned} HA guests are`;
  return `Proxmox's own automatic rebalancing (CRS ${crs.mode}) is on: ${whose} left to it, all others are balanced here`;
}
