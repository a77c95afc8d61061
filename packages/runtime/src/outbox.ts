import { isDeepStrictEqual } from 'node:util';
import { EventTooLarge, type Outgoing } from '@evenkeel/bus';
import type { Parked } from '@evenkeel/store';
import type { Bench } from './bench.ts';
import { bodyOf, bury, headersOf } from './bury.ts';
import { nameOfType } from './envelope.ts';
import { observe } from './observe.ts';
import { traceIdOf } from './tracing.ts';

/** Publishes what was committed and not yet said, in order; what is said is settled one by one, so that nothing is lost in between. */
export async function flush(bench: Bench): Promise<void> {
  const { scope, ground, publishes } = bench;
  const parked = await ground.store.outbox(scope);
  ground.metrics.outbox.set(scope, parked.length);
  const settled = new Set<string>();
  for (const { id, message } of parked) {
    if (settled.has(id)) continue;
    const outgoing = message as Outgoing;
    const agreed = await publish(bench, outgoing);
    const leads = publishes.get(nameOfType(outgoing.event.type))?.leads === true;
    const done = agreed || !leads ? [id] : saidAlong(parked, outgoing).concat(id);
    await ground.store.settle(scope, done);
    for (const one of done) settled.add(one);
  }
  if (parked.length > 0) ground.metrics.outbox.set(scope, 0);
}

/** False where the same was decided otherwise before. */
async function publish(bench: Bench, outgoing: Outgoing): Promise<boolean> {
  const { service, ground, log } = bench;
  const event = nameOfType(outgoing.event.type);
  const count = (status: string): void => ground.metrics.published.inc({ service: service.name, event, status });
  try {
    const published = await ground.bus.publish(outgoing);
    count(published.status);
    if (published.status === 'stored') tell(bench, outgoing);
    if (published.status !== 'conflict') return true;
    log.info({ event_id: outgoing.event.id }, 'decided before: the stored event stands');
    return sameData(published.stored.data, outgoing.event.data);
  } catch (error) {
    if (!(error instanceof EventTooLarge)) throw error;
    count('too_large');
    log.error({ event_id: outgoing.event.id, error }, 'event refused: larger than the server takes');
    const [body, headers] = [bodyOf(outgoing), headersOf(outgoing)];
    const { stream, subject } = outgoing;
    await bury(bench, { stream, subject, sequence: 0, reason: error.message, body, headers });
    return true;
  }
}

function tell({ log, ground, cluster }: Bench, outgoing: Outgoing): void {
  const { stream, event } = outgoing;
  const name = nameOfType(event.type);
  const fields = { event: name, event_id: event.id, trace_id: traceIdOf(event.traceparent) };
  (stream === 'decisions' ? log.info : log.debug)(fields, `said ${name}`);
  observe(ground.metrics, { name, data: event.data }, cluster);
}

/** What waits to be said because of the same event. */
function saidAlong(parked: readonly Parked[], { event }: Outgoing): string[] {
  return parked
    .filter(({ message }) => (message as Outgoing).event.causationid === event.causationid)
    .map(({ id }) => id);
}

const sameData = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, JSON.parse(JSON.stringify(b)));
