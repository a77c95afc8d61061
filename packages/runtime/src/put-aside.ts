import type { Delivery, Poison } from '@evenkeel/bus';
import type { Bench } from './bench.ts';
import { bodyOf, bury, headersOf } from './bury.ts';
import { pass } from './decide.ts';
import { HandlerFailed } from './outside.ts';
import { Unreadable } from './read-work.ts';
import { traceIdOf } from './tracing.ts';

const attemptsBeforeBurial = 5;

/** What could not be handled comes again later, or is laid aside where that is hopeless. */
export function createPutAside(
  bench: Bench,
): (delivery: Delivery | Poison, error: unknown) => Promise<'retried' | 'buried'> {
  let failed = { key: '', times: 0 };

  /** Only failures of the handler itself count; trouble outside may last as long as it likes. */
  const isTooOften = ({ stream, sequence }: Delivery | Poison): boolean => {
    const key = `${stream}/${sequence}`;
    failed = { key, times: (failed.key === key ? failed.times : 0) + 1 };
    return failed.times >= attemptsBeforeBurial;
  };

  return async (delivery, error) => {
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
    return 'buried';
  };
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
