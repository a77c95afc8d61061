import type { Outgoing } from '@evenkeel/bus';
import type { AnyEvent, Said } from '@evenkeel/contracts';
import type { Bench } from './bench.ts';
import { type Circumstances, envelope } from './envelope.ts';
import { parseOnce } from './parse-once.ts';
import type { Tracing } from './tracing.ts';

/** What a handler said, ready to travel, leading events first; throws where it is not declared or not valid. */
export function envelopes(
  { service, cluster, ground, publishes }: Bench,
  said: readonly Said[],
  circumstances: Omit<Circumstances, 'service' | 'cluster'>,
): Outgoing[] {
  return leadersFirst(said, publishes).map((one) => {
    const outgoing = envelope(declared(publishes, service.name, one), one, {
      ...circumstances,
      service: service.name,
      cluster,
      trace: joined(ground.tracing, one, circumstances.trace),
    });
    return ground.seal?.sign(outgoing) ?? outgoing;
  });
}

/** The trace that an event travels in: that of what is being handled, or an earlier one that it joins with a span of its own. */
function joined(tracing: Tracing, { name, trace }: Said, handling: string): string {
  if (!trace) return handling;
  const span = tracing.start({ name: `send ${name}`, kind: 'producer', parent: trace, links: [handling] });
  span.end();
  return span.traceparent;
}

/** A leading event is published before what was decided along with it. */
function leadersFirst(said: readonly Said[], publishes: ReadonlyMap<string, AnyEvent>): readonly Said[] {
  const leads = (s: Said): boolean => publishes.get(s.name)?.leads === true;
  return said.some(leads) ? [...said.filter(leads), ...said.filter((s) => !leads(s))] : said;
}

function declared(publishes: ReadonlyMap<string, AnyEvent>, service: string, said: Said): AnyEvent {
  const event = publishes.get(said.name);
  if (!event) throw new Error(`${service} says ${said.name}, which it does not declare`);
  const parsed = parseOnce(event.data, said.data);
  if (!parsed.success) throw new Error(`${service} says a ${said.name} that is not valid: ${parsed.error.message}`);
  return event;
}
