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
  keepOnly(bench.told, new Set(parked.map(({ id }) => id)));
  const settled = new Set<string>();
  for (const { id, message } of parked) {
    if (settled.has(id)) continue;
    const outgoing = message as Outgoing;
    const fate = await publish(bench, outgoing);
    if (fate === 'stored') tell(bench, id, outgoing);
    const leads = publishes.get(nameOfType(outgoing.event.type))?.leads === true;
    const done = fate === 'overruled' && leads ? saidAlong(parked, outgoing).concat(id) : [id];
    const removed = await ground.store.settle(scope, done);
    if (fate === 'ours' && removed > 0) tell(bench, id, outgoing);
    for (const one of done) settled.add(one);
  }
  if (parked.length > 0) ground.metrics.outbox.set(scope, 0);
}

/**
 * What became of an event: stored now; stored before, and ours, where an answer was lost or another replica was faster; the same as
 * another that stands; overruled by one that was decided otherwise; or too large, and buried.
 */
type Fate = 'stored' | 'ours' | 'agreed' | 'overruled' | 'buried';

async function publish(bench: Bench, outgoing: Outgoing): Promise<Fate> {
  const { service, ground, log } = bench;
  const event = nameOfType(outgoing.event.type);
  const count = (status: string): void => ground.metrics.published.inc({ service: service.name, event, status });
  try {
    const published = await ground.bus.publish(outgoing);
    count(published.status);
    if (published.status !== 'conflict') return published.status === 'stored' ? 'stored' : 'agreed';
    const { stored } = published;
    const isSame = sameData(stored.data, outgoing.event.data);
    if (isSame && stored.traceparent === outgoing.event.traceparent) return 'ours';
    log.info({ event_id: outgoing.event.id }, 'decided before: the stored event stands');
    return isSame ? 'agreed' : 'overruled';
  } catch (error) {
    if (!(error instanceof EventTooLarge)) throw error;
    count('too_large');
    log.error({ event_id: outgoing.event.id, error }, 'event refused: larger than the server takes');
    const [body, headers] = [bodyOf(outgoing), headersOf(outgoing)];
    const { stream, subject } = outgoing;
    await bury(bench, { stream, subject, sequence: 0, reason: error.message, body, headers });
    return 'buried';
  }
}

/** Says and counts what was said, once, also where it could not be settled then. */
function tell({ log, ground, cluster, told }: Bench, id: string, { stream, event }: Outgoing): void {
  if (told.has(id)) return;
  told.add(id);
  const name = nameOfType(event.type);
  const fields = { event: name, event_id: event.id, trace_id: traceIdOf(event.traceparent) };
  (stream === 'decisions' ? log.info : log.debug)(fields, `said ${name}`);
  observe(ground.metrics, { name, data: event.data }, cluster);
}

function keepOnly(told: Set<string>, parked: ReadonlySet<string>): void {
  for (const id of told) if (!parked.has(id)) told.delete(id);
}

/** What waits to be said because of the same event. */
function saidAlong(parked: readonly Parked[], { event }: Outgoing): string[] {
  return parked
    .filter(({ message }) => (message as Outgoing).event.causationid === event.causationid)
    .map(({ id }) => id);
}

const sameData = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, JSON.parse(JSON.stringify(b)));
