import type { StoredEvent } from '@evenkeel/bus';
import type { AnyEvent, StreamClass } from '@evenkeel/contracts';
import type { Work } from './ask-handler.ts';
import type { Bench } from './bench.ts';
import type { Handler } from './define-service.ts';
import { typeOf } from './envelope.ts';
import { parseOnce } from './parse-once.ts';
import type { Span } from './tracing.ts';
import { yetToCome } from './yet-to-come.ts';

/** A message that no number of tries makes readable. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

type Known = { event: AnyEvent; handler: Handler };
type Arrived = Pick<StoredEvent, 'sequence' | 'event'> & { stream: StreamClass };

/** Makes of an event the work that it is for its handler, and opens the span that it is done in. Throws `Unreadable`. */
export function createReadWork(
  bench: Bench,
  handled: ReadonlyMap<AnyEvent, Handler> = bench.service.handlers,
): (arrived: Arrived) => { work: Omit<Work, 'trace'>; span: Span } {
  const handlers = new Map([...handled].map(([event, handler]) => [typeOf(event), { event, handler }] as const));
  return (arrived) => {
    const { type } = arrived.event;
    const known = handlers.get(type);
    if (!known) throw new Unreadable(`unknown type ${type}`);
    return { work: workOf(bench, known, arrived), span: spanOf(bench, known, arrived) };
  };
}

function workOf({ ground }: Bench, { event, handler }: Known, delivery: Arrived): Omit<Work, 'trace'> {
  const { event: cloud, stream, sequence } = delivery;
  const parsed = parseOnce(event.data, cloud.data);
  if (!parsed.success) throw new Unreadable(`its data is not valid: ${parsed.error.message}`);
  const early = yetToCome({ event, data: parsed.data, time: cloud.time }, ground.wall?.());
  if (early !== undefined) throw new Unreadable(early);
  const objection = ground.seal?.objection(cloud);
  return {
    ...(objection ? { untrusted: objection } : {}),
    input: { handler, data: parsed.data, id: cloud.id, sequence },
    now: Date.parse(cloud.time),
    revision: cloud.configrevision ?? ground.configs.current().revision,
    cause: cloud.id,
    position: { stream, sequence },
  };
}

function spanOf({ ground, service, cluster }: Bench, { event }: Known, { event: cloud }: Arrived): Span {
  return ground.tracing.start({
    name: `process ${event.name}`,
    kind: 'consumer',
    parent: cloud.traceparent,
    attributes: {
      'messaging.operation.type': 'process',
      'messaging.message.id': cloud.id,
      'messaging.consumer.group.name': service.name,
      'evenkeel.cluster': cluster,
    },
  });
}
