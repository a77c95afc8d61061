import type { Faults } from './faults.ts';
import type { Delivery, Poison } from './port.ts';
import { seeded } from './seeded.ts';

type Handle = (delivery: Delivery | Poison) => Promise<void>;

/** Lets a consumer's deliveries overtake one another and come twice, while still only one is in hand at a time. */
export function createTangle(handle: Handle, faults: Faults, index: number) {
  const random = seeded((faults.shuffle?.seed ?? 0) + index);
  const window = faults.shuffle?.window ?? 0;
  const held: (Delivery | Poison)[] = [];
  let turn: Promise<void> = Promise.resolve();

  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const mine = turn.then(work);
    turn = mine.catch(() => {});
    return mine;
  };
  const repeat = (delivery: Delivery | Poison) => {
    if (faults.duplicate?.(delivery)) held.push({ ...delivery, attempt: delivery.attempt + 1 });
  };
  const insist = async (delivery: Delivery | Poison) => {
    let acked = false;
    const ack = async () => {
      acked = true;
    };
    const retry = async () => {};
    for (let attempt = delivery.attempt; !acked; attempt++) {
      await handle({ ...delivery, attempt, ack, retry }).catch(() => {});
    }
    if (delivery.attempt === 1) repeat(delivery);
  };
  const overtaken = () => held.length < window && random() < 0.5;
  const due = () => held.length > 0 && (!faults.shuffle || held.length > 8 || random() < 0.3);
  const take = () => held.splice(Math.floor(random() * held.length), 1)[0] as Delivery | Poison;

  const receive = async (delivery: Delivery | Poison) => {
    if (delivery.attempt === 1 && overtaken()) {
      held.push(delivery);
      return delivery.ack();
    }
    const ack = async () => {
      repeat(delivery);
      await delivery.ack();
    };
    await handle({ ...delivery, ack });
    while (due()) await insist(take());
  };

  return {
    handle: (delivery: Delivery | Poison) => inTurn(() => receive(delivery)),
    holding: () => held.length > 0,
    /** Hands out one that was held back; false where there is none. */
    release: async (): Promise<boolean> => {
      if (held.length === 0) return false;
      await inTurn(() => insist(take()));
      return true;
    },
  };
}
