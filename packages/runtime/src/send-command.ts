import { randomBytes } from 'node:crypto';
import type { Bus, Published } from '@evenkeel/bus';
import { type AnyEvent, type Said, subjectOf } from '@evenkeel/contracts';
import { typeOf } from './envelope.ts';

/** Publishes a command of a cluster; saying it twice under the same id is saying it once. Its data is held against its schema. */
export async function sendCommand(bus: Pick<Bus, 'publish'>, event: AnyEvent, said: Said): Promise<Published> {
  const data = event.data.parse(said.data);
  const [cluster, natural] = [event.key(data), event.id(data)];
  return bus.publish({
    stream: event.stream,
    subject: subjectOf(event, cluster, natural),
    once: true,
    event: {
      specversion: '1.0',
      id: `${event.name}/${cluster}/${natural}`,
      source: 'urn:evenkeel:command',
      type: typeOf(event),
      subject: cluster,
      time: said.time,
      datacontenttype: 'application/json',
      dataschema: `urn:evenkeel:schema:${event.name}:v${event.version}`,
      traceparent: said.trace ?? `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`,
      data,
    },
  });
}
