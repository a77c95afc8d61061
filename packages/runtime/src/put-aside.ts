import type { Delivery, Poison } from '@evenkeel/bus';
import type { StreamClass } from '@evenkeel/contracts';
import type { Bench } from './bench.ts';
import { bodyOf, bury, headersOf } from './bury.ts';
import { pass } from './decide.ts';
import { HandlerFailed } from './outside.ts';
import { Unreadable } from './read-work.ts';
import { traceIdOf } from './tracing.ts';

const attemptsBeforeBurial = 5;

export type PutAside = {
  /** What could not be handled comes again later, or is laid aside where that is hopeless. */
  putAside: (delivery: Delivery | Poison, error: unknown) => Promise<'retried' | 'buried'>;
  /** Forgets what failed before in the stream of a message that was handled. */
  settled: (delivery: Delivery | Poison) => void;
};

/** Counts the tries of the message that is in hand of each stream: those of several streams may fail in turns. */
export function createPutAside(bench: Bench): PutAside {
  const failed = new Map<StreamClass, { sequence: number; times: number }>();

  /** Only failures of the handler itself count; trouble outside may last as long as it likes. */
  const isTooOften = ({ stream, sequence }: Delivery | Poison): boolean => {
    const before = failed.get(stream);
    const times = (before?.sequence === sequence ? before.times : 0) + 1;
    failed.set(stream, { sequence, times });
    return times >= attemptsBeforeBurial;
  };

  const putAside: PutAside['putAside'] = async (delivery, error) => {
    const isHopeless = error instanceof Unreadable || (error instanceof HandlerFailed && isTooOften(delivery));
    const fields = fieldsOf(delivery, error);
    if (!isHopeless) {
      bench.log.warn(fields, 'handling failed; it will be tried again');
      await delivery.retry(Math.min(30_000, 100 * 2 ** delivery.attempt));
      return 'retried';
    }
    const { stream, subject, sequence } = delivery;
    const reason = error instanceof Error ? error.message : String(error);
    await bury(bench, { stream, subject, sequence, reason, ...contentOf(delivery) });
    await pass(bench, { cause: `buried/${stream}/${sequence}`, position: { stream, sequence } });
    bench.log.error(fields, 'message laid aside as a dead letter');
    await delivery.ack();
    failed.delete(stream);
    return 'buried';
  };
  return { putAside, settled: ({ stream }) => void failed.delete(stream) };
}

const contentOf = (delivery: Delivery | Poison): { body: Uint8Array; headers: Record<string, string> } =>
  'event' in delivery
    ? { body: bodyOf(delivery), headers: headersOf(delivery) }
    : { body: delivery.body, headers: delivery.headers };

function fieldsOf(delivery: Delivery | Poison, error: unknown): object {
  const { sequence, stream, attempt } = delivery;
  const ids =
    'event' in delivery ? { event_id: delivery.event.id, trace_id: traceIdOf(delivery.event.traceparent) } : {};
  return { ...ids, error, sequence, stream, attempt };
}
