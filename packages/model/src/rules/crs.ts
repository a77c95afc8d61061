import type { ClusterSample, GuestSample } from '@evenkeel/contracts';

type Crs = Pick<ClusterSample, 'crs'>;

/** Whether Proxmox's own balancer rebalances this guest by itself; in mode `basic` it counts services and rebalances nothing. */
export const ownedByCrs = ({ ha }: GuestSample, { crs }: Crs): boolean =>
  ha?.auto_rebalance === true && crs.auto_rebalance && crs.mode !== 'basic';

/** What an administrator should know where two balancers look after one cluster, or undefined where only one does. */
export function crsNote(sample: Crs & Pick<ClusterSample, 'guests'>): string | undefined {
  const owned = sample.guests.filter((guest) => !guest.template && ownedByCrs(guest, sample)).length;
  if (owned === 0) return undefined;
  const whose = owned === 1 ? '1 HA guest is' : `${owned} HA guests are`;
  return `Proxmox's own automatic rebalancing (CRS ${sample.crs.mode}) is on: ${whose} left to it, all others are balanced here`;
}
