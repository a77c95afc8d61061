import { type Ground, setClock } from './replica.ts';
import type { createSteering } from './steer.ts';
import { tellStumble } from './stumble.ts';
import { type Told, tellPoison } from './tell.ts';
import type { Trouble } from './trial.ts';

export type Surroundings = {
  ground: Omit<Ground, 'hindrance'>;
  steering: ReturnType<typeof createSteering>;
  told: Told[];
  /** Does something that many seconds after the beginning. */
  later: (after_s: number, work: () => unknown) => void;
};

/** The nth replica's name. */
export const nameOf = (replica: number): string => `replica${replica}`;

type Arrange = {
  [K in Trouble['do']]?: (trouble: Extract<Trouble, { do: K }>, nth: number, around: Surroundings) => void;
};

const arrangements: Arrange = {
  fault: ({ fault }, _, { ground }) => void ground.simulator.faults.add(fault),
  repeat: ({ approval, after_s }, nth, { told, later, ground }) => {
    const outgoing = told[approval]?.outgoing;
    const message_id = `${outgoing?.event.id}/${nth}`;
    if (outgoing) later(after_s, () => ground.bus.publish({ ...outgoing, once: false, message_id }));
  },
  forget: ({ what, after_s }, _, { ground: { store, simulator }, later }) =>
    later(after_s, () => store.lose(what === 'all' ? Number.NEGATIVE_INFINITY : simulator.now() - 1000)),
  clock: ({ replica, off_s, fast_percent = 0, after_s }, _, { ground, later }) =>
    later(after_s, () => setClock(ground, nameOf(replica), { off_ms: off_s * 1000, rate: fast_percent / 100 })),
  poison: ({ how, after_s }, nth, { told, later, ground }) => {
    const like = told[0]?.outgoing;
    if (like) later(after_s, () => ground.bus.publish(tellPoison(how, like, nth)));
  },
  stumble: (trouble, nth, { told, later, ground }) => {
    const like = told[0]?.outgoing;
    if (like) later(trouble.after_s, () => ground.bus.publish(tellStumble(trouble, like, nth)));
  },
  pause: ({ after_s }, _, { steering, later }) => later(after_s, steering.pause),
  observe: ({ after_s }, _, { steering, later }) => later(after_s, steering.observe),
  resume: ({ after_s }, _, { steering, later }) => later(after_s, steering.resume),
};

/** Sees to it that a trouble comes at its time; those that strike at a point, and those that keep calls from getting through, are elsewhere. */
export const arrange = (trouble: Trouble, nth: number, around: Surroundings): void =>
  arrangements[trouble.do]?.(trouble as never, nth, around);
