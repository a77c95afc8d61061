import { randomBytes } from 'node:crypto';
import type { Bus, Published } from '@evenkeel/bus';
import { type AnyEvent, clusterSampled, filterOf, type Said, subjectOf } from '@evenkeel/contracts';
import { typeOf } from './envelope.ts';

/** Milliseconds by which the last look at a cluster may lie behind the machine's clock where both tell the same time. */
const sameTime = 15 * 60_000;

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

/** The time of a cluster as one who only sees the bus knows it: the machine's, but for a simulated cluster that has its own. */
export async function clusterTime(bus: Pick<Bus, 'last'>, cluster: string, machine_now: number): Promise<string> {
  const seen = await bus.last('telemetry', filterOf(clusterSampled, cluster));
  const sampled = seen ? Date.parse(seen.event.time) : Number.NaN;
  const age = machine_now - sampled;
  const hasItsOwn = age < 0 || age > sameTime;
  return new Date(hasItsOwn ? sampled : machine_now).toISOString();
}
