import type { Faults, Outgoing } from '@evenkeel/bus';

/** What may go wrong on the way from one service to the next does: see `order`. */
export type Order = 'kept' | 'lost';

const digest = (text: string, seed: number): number =>
  [...text].reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) % 65_537, seed + 1);

/**
 * Of every event the first attempt to publish fails, refused or unanswered, and everything is delivered once more, late and in
 * any order. Where the order is `lost`, first deliveries overtake one another as well, which no stream of ours lets them do.
 */
export const hostile = (seed: number, order: Order): Faults => ({
  fail_publish: ({ event }: Outgoing, nth) =>
    nth > 1 ? null : digest(event.id, seed) % 2 === 0 ? 'refused' : 'unanswered',
  duplicate: () => true,
  shuffle: { seed, window: order === 'kept' ? 0 : 3 },
});
