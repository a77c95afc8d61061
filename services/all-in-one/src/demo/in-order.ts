import { type CloudEvent, events } from '@evenkeel/contracts';
import { nameOfType } from '@evenkeel/runtime';

/** Holds events back until those that happened before them have had time to arrive. */
export type Sequencer = {
  /** Takes an event that arrived at this time of the machine, milliseconds. */
  take: (event: CloudEvent, arrived_ms: number) => void;
  /** Events that were held for long enough by now, in the order in which they happened; all of them where `now_ms` is infinite. */
  due: (now_ms: number) => CloudEvent[];
};

/** The executor looks at its tasks once a second, and two streams arrive apart. */
const usualPatience_ms = 2_500;

/**
 * Tells events in the order of their own times, whatever the order of their arrival; those of the same time in the order of the walk
 * from a sample to an outcome. One that comes later than the patience is told at once.
 */
export function createSequencer(patience_ms = usualPatience_ms): Sequencer {
  let held: { event: CloudEvent; arrived_ms: number }[] = [];
  return {
    take: (event, arrived_ms) => {
      const after = held.findLastIndex((one) => !isBefore(event, one.event)) + 1;
      held.splice(after, 0, { event, arrived_ms });
    },
    due: (now_ms) => {
      const last = held.findLastIndex(({ arrived_ms }) => now_ms - arrived_ms >= patience_ms);
      const told = held.slice(0, last + 1).map(({ event }) => event);
      held = held.slice(last + 1);
      return told;
    },
  };
}

const walk = new Map<string, number>(events.map(({ name }, place) => [name, place]));
const placeOf = ({ type }: CloudEvent): number => walk.get(nameOfType(type)) ?? walk.size;

function isBefore(a: CloudEvent, b: CloudEvent): boolean {
  const [first, second] = [Date.parse(a.time), Date.parse(b.time)];
  return first === second ? placeOf(a) < placeOf(b) : first < second;
}
