import { setTimeout as sleep } from 'node:timers/promises';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { attempt_ms, isForbidden, type Wire } from './nats-wire.ts';
import { memory_ms } from './troubles.ts';

/**
 * Tries again through a restart of the server or an election, and throws what went wrong last once the wire's patience is over.
 * The work must be safe to do twice: an attempt that got no answer may have been carried out.
 */
export async function withPatience<T>(wire: Wire, what: string, work: (timeout_ms: number) => Promise<T>): Promise<T> {
  const deadline = performance.now() + wire.patience_ms;
  for (let pause = 50; ; pause = Math.min(pause * 2, 1_000)) {
    try {
      const done = await work(attempt_ms);
      wire.troubles.delete(what);
      return done;
    } catch (error) {
      if (!mayPass(error as Error) || wire.closed.aborted) throw error;
      wire.troubles.set(what, `${what} fails: ${(error as Error).message}`, memory_ms);
      if (performance.now() + pause > deadline) throw error;
      await sleep(pause, undefined, { signal: wire.closed }).catch(() => {});
    }
  }
}

const final = ['ClosedConnectionError', 'DrainingConnectionError', 'EventTooLarge', 'InvalidArgumentError'];

/** A server that has just joined its cluster again may not know of a stream yet. */
function mayPass(error: Error): boolean {
  if (error instanceof JetStreamApiError) return error.status >= 500 || error.code === JetStreamApiCodes.StreamNotFound;
  return !final.includes(error.name) && !isForbidden(error);
}
