import { randomUUID } from 'node:crypto';
import type { CloudEvent, StreamClass } from '@evenkeel/contracts';
import type { Bus, Delivery, Outgoing, Poison, StoredEvent } from './port.ts';

/** A corner of a bus that no other test touches: subjects, ids and durables carry a name of its own. */
export function createSetting(bus: Bus) {
  const own = randomUUID().slice(0, 8);
  const subject = (name: string, stream: StreamClass = 'decisions') => `evenkeel.v1.${stream}.${own}.${name}`;
  const say = (name: string, data: unknown, options: { id?: string; once?: boolean; stream?: StreamClass } = {}) => {
    const stream = options.stream ?? 'decisions';
    const event = eventOf(`${name}/${own}/${options.id ?? JSON.stringify(data)}`, own, data);
    return { stream, subject: subject(name, stream), event, once: options.once ?? false } satisfies Outgoing;
  };
  return { own, durable: `test-${own}`, subject, say, publish: (outgoing: Outgoing) => bus.publish(outgoing) };
}

function eventOf(id: string, cluster: string, data: unknown): CloudEvent {
  return {
    specversion: '1.0',
    id,
    source: 'urn:evenkeel:test',
    type: 'dev.evenkeel.test.v1',
    subject: cluster,
    time: '2026-01-01T00:00:00.000Z',
    datacontenttype: 'application/json',
    dataschema: 'urn:evenkeel:schema:test:v1',
    data,
  };
}

/** Resolves once the condition holds; the test's own time limit is the end of its patience. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 2));
}

export async function gather(events: AsyncIterable<StoredEvent>): Promise<StoredEvent[]> {
  const gathered: StoredEvent[] = [];
  for await (const event of events) gathered.push(event);
  return gathered;
}

/** The data of a delivery, which is not expected to be poison. */
export function dataOf(delivery: Delivery | Poison): unknown {
  if (!('event' in delivery)) throw new Error(delivery.reason);
  return delivery.event.data;
}
