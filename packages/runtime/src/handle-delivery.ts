import type { Delivery } from '@evenkeel/bus';
import type { AnyEvent } from '@evenkeel/contracts';
import type { Bench } from './bench.ts';
import { clusterTime } from './cluster-time.ts';
import type { Work } from './decide.ts';
import type { Handler } from './define-service.ts';
import { typeOf } from './envelope.ts';
import { flush } from './outbox.ts';
import { parseOnce } from './parse-once.ts';
import type { Span } from './tracing.ts';

export type Handled = 'done' | 'repeated' | 'conflict';

/** `silent`: it was acknowledged before, so all that was decided on it has been said. */
export type Handle = (delivery: Delivery, how?: { silent: boolean }) => Promise<Handled>;

/** A message that no number of tries makes readable. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

type Known = { event: AnyEvent; handler: Handler };

const conflictsBeforeRetry = 10;

/** Handles an event once, whatever other replicas do and however often it comes; throws what is to be tried again or laid aside. */
export function createHandle(bench: Bench, decide: (work: Work) => Promise<boolean>): Handle {
  const { ground, scope, service } = bench;
  const handlers = new Map([...service.handlers].map(([event, handler]) => [typeOf(event), { event, handler }]));

  const insist = async (id: string, work: Work): Promise<Handled> => {
    for (let n = 0; n < conflictsBeforeRetry; n++) {
      if (await decide(work)) return 'done';
      if (!(await ground.store.handled(scope, id))) continue;
      await flush(bench);
      return 'conflict';
    }
    throw new Error('lost every race for a commit');
  };

  return async (delivery, { silent } = { silent: false }) => {
    const { id, type } = delivery.event;
    await flush(bench);
    if (await ground.store.handled(scope, id)) return 'repeated';
    await clusterTime(ground);
    const known = handlers.get(type);
    if (!known) throw new Unreadable(`unknown type ${type}`);
    const work = workOf(bench, known, delivery);
    const span = spanOf(bench, known, delivery);
    try {
      const handled = await insist(id, { ...work, trace: span.traceparent, silent });
      span.end();
      return handled;
    } catch (error) {
      span.end(error);
      throw error;
    }
  };
}

function workOf({ ground }: Bench, { event, handler }: Known, delivery: Delivery): Omit<Work, 'trace'> {
  const { event: cloud, stream, sequence } = delivery;
  const parsed = parseOnce(event.data, cloud.data);
  if (!parsed.success) throw new Unreadable(`its data is not valid: ${parsed.error.message}`);
  return {
    input: { handler, data: parsed.data, id: cloud.id, sequence },
    now: Date.parse(cloud.time),
    revision: cloud.configrevision ?? ground.configs.current().revision,
    cause: cloud.id,
    position: { stream, sequence },
  };
}

function spanOf({ ground, service, cluster }: Bench, { event }: Known, { event: cloud }: Delivery): Span {
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
