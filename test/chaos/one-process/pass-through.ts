import type { Bus, Delivery, Ledger, Outgoing, Poison } from '@evenkeel/bus';
import type { Proxmox } from '@evenkeel/proxmox';
import type { Store } from '@evenkeel/store';
import { as, type Life, type Turns } from './turns.ts';

/** What may keep a call from being carried out, or its answer from being heard. */
export type Hindrance = {
  /** Throws where this does not answer now. */
  outage: (of: 'bus' | 'store', writes: boolean) => void;
  publish: () => 'refused' | 'unanswered' | null;
  /** The body of an answer of Proxmox, as it arrives. */
  garbled: (body: string) => string;
};

type Call = (...args: never[]) => Promise<unknown>;

type Named = { name: string; hinder?: () => void } | null;

/** Every call of a port waits for its turn before it is carried out and once more before its answer is heard; the points bear its name. */
function through<P extends object>(
  port: P,
  life: Life,
  turns: Turns,
  nameOf: (call: string, args: unknown[]) => Named,
): P {
  return new Proxy(port, {
    get: (target, call: string) => {
      const method = target[call as keyof P];
      if (typeof method !== 'function') return method;
      return (...args: unknown[]) => {
        const named = nameOf(call, args);
        const carryOut = () => (method as unknown as Call).apply(target, args as never[]);
        if (named === null) return carryOut();
        return between(named.name, life, turns, async () => {
          named.hinder?.();
          return carryOut();
        });
      };
    },
  });
}

async function between<T>(name: string, life: Life, turns: Turns, carryOut: () => Promise<T>): Promise<T> {
  await turns.pass(life, `before ${name}`);
  try {
    return await carryOut();
  } finally {
    await turns.pass(life, `after ${name}`);
  }
}

const asked = new Set(['version', 'get', 'all', 'handled', 'outbox', 'position', 'commit', 'settle']);
const storeWrites = new Set(['commit', 'settle']);

export const storeOf = (store: Store, life: Life, turns: Turns, { outage }: Hindrance): Store =>
  through(store, life, turns, (call) =>
    asked.has(call) ? { name: `store.${call}`, hinder: () => outage('store', storeWrites.has(call)) } : null,
  );

const looks = new Set(['get', 'list']);

/** By the kind of key and, of an execution, by the state that is written. */
export const ledgerOf = (ledger: Ledger, life: Life, turns: Turns, { outage }: Hindrance, whose = 'ledger'): Ledger =>
  through(ledger, life, turns, (call, [key, value]) => {
    const [, kind = '', part = ''] = String(key).split('.');
    const state = (value as { state?: string } | undefined)?.state;
    const words = [whose, call, kind === 'claim' ? `${kind} ${part}`.trim() : kind, ...(state ? [state] : [])];
    return { name: words.join(' '), hinder: () => outage('bus', !looks.has(call)) };
  });

export const proxmoxOf = (proxmox: Proxmox, life: Life, turns: Turns): Proxmox =>
  through(proxmox, life, turns, (call) => (call === 'clock' || call === 'close' ? null : { name: `proxmox.${call}` }));

const ackWaitMs = 30_000;

/** The bus as one life has it: its messages go to another where it is dead, or stands still for longer than the server waits. */
export function busOf(
  bus: Bus,
  ledger: Ledger,
  life: Life,
  turns: Turns,
  { outage, publish }: Hindrance,
  deaths: Set<(error: Error) => void>,
): Bus {
  const heard = (delivery: Delivery | Poison, handle: (delivery: Delivery | Poison) => Promise<void>) => {
    if (life.state === 'dead') return Promise.reject(new Error('killed'));
    const { promise: lost, reject: lose } = Promise.withResolvers<never>();
    const cancel = turns.alarm(ackWaitMs, () => lose(new Error('not acknowledged in time')));
    deaths.add(lose);
    const ack = () => between('bus.ack', life, turns, delivery.ack);
    return Promise.race([as(life, () => handle({ ...delivery, ack })), lost]).finally(() => {
      cancel();
      deaths.delete(lose);
    });
  };
  return {
    ...bus,
    ledger,
    publish: (outgoing: Outgoing) =>
      between(`publish ${outgoing.event.type.split('.').slice(2, -1).join('.')}`, life, turns, async () => {
        outage('bus', true);
        const how = publish();
        if (how === 'refused') throw new Error('publishing was refused');
        const published = await bus.publish(outgoing);
        if (how === 'unanswered') throw new Error('publishing was not answered');
        return published;
      }),
    consume: (options, handle) => bus.consume(options, (delivery) => heard(delivery, handle)),
  };
}
