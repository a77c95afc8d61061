import type { NatsOptions } from './nats-wire.ts';
import type { Bus } from './port.ts';

/** A bus on NATS JetStream; its client is loaded only by those that have one. */
export async function connectNats(options: NatsOptions): Promise<Bus> {
  const { connectNats: connect } = await import('./nats-bus.ts');
  return connect(options);
}
