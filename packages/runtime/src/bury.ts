import type { Letter } from '@evenkeel/bus';
import type { CloudEvent } from '@evenkeel/contracts';
import type { Bench } from './bench.ts';

/** Lays a message aside as a dead letter of this worker's service, and counts it. */
export async function bury({ service, ground }: Bench, letter: Omit<Letter, 'service'>): Promise<void> {
  await ground.bus.bury({ service: service.name, ...letter });
  ground.metrics.buried.inc({ service: service.name, stream: letter.stream });
}

type WithEvent = { event: CloudEvent };

export const bodyOf = ({ event }: WithEvent): Uint8Array => new TextEncoder().encode(JSON.stringify(event.data));

export const headersOf = ({ event }: WithEvent): Record<string, string> => ({
  'ce-id': event.id,
  'ce-source': event.source,
  'ce-type': event.type,
  'ce-time': event.time,
  ...(event.configrevision ? { 'ce-configrevision': event.configrevision } : {}),
  ...(event.traceparent ? { traceparent: event.traceparent } : {}),
});
