import type { DescriptionInput } from '@evenkeel/simulator';
import { movingAtOnce, withSmallGuests } from './small-guests.ts';

export const nodes = Array.from({ length: 12 }, (_, i) => `e${i + 1}`);

/** A guest of the cluster, and which trouble it is for. */
export type EdgeGuest = { vmid: number; node: string; of: string; isService: boolean };

/** So many guests for each trouble, spread over the nodes. */
export const guestsFor = (wanted: readonly { of: string; count: number; isService: boolean }[]): EdgeGuest[] =>
  wanted
    .flatMap(({ of, count, isService }) => Array.from({ length: count }, () => ({ of, isService })))
    .map((guest, i) => ({ ...guest, vmid: 101 + i, node: nodes[i % nodes.length]! }));

export const edgeCluster = (guests: readonly EdgeGuest[]): DescriptionInput =>
  withSmallGuests(
    nodes,
    guests.map(({ vmid, node, isService }) => ({ vmid, node, ha: isService })),
  );

export const max_concurrent = 8;

export const moving = movingAtOnce(max_concurrent);
