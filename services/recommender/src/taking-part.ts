import { takesPart } from '@evenkeel/model';
import type { Planning } from './planned-move.ts';

/** Indices of the nodes that take part in balancing. */
export const takingPart = ({ state, config }: Pick<Planning, 'state' | 'config'>): number[] =>
  state.nodes.flatMap((node, n) => (takesPart(node, config) ? [n] : []));
