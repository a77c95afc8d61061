import { acknowledgedBy, consumeFrom, takersOf } from './nats-consume.ts';
import { createNatsLedger } from './nats-ledger.ts';
import { buryLetter, dropLetter, readLetters } from './nats-letters.ts';
import { maxBody, publishEvent } from './nats-publish.ts';
import { eventsOf, followMessages, lastStored, readMessages } from './nats-read.ts';
import { ensureStreams } from './nats-streams.ts';
import { connectWire, type NatsOptions } from './nats-wire.ts';
import type { Bus } from './port.ts';

/**
 * A bus on NATS JetStream 2.10 or newer. What it says is stored survives a crash of the machine only where the server runs with
 * `sync_interval: always` (or has three replicas), which no client can see: the configuration that ships with Evenkeel has it.
 */
export async function connectNats(options: NatsOptions): Promise<Bus> {
  const wire = await connectWire(options);
  try {
    await ensureStreams(wire, options);
  } catch (error) {
    await wire.nc.close();
    throw error;
  }
  return {
    publish: (outgoing) => publishEvent(wire, outgoing),
    consume: (wanted, handle) => consumeFrom(wire, wanted, handle),
    acknowledged: (consumer) => acknowledgedBy(wire, consumer),
    takers: (consumer) => takersOf(wire, consumer),
    bury: (letter) => buryLetter(wire, letter),
    letters: (from = 1) => readLetters(wire, from),
    drop_letter: (buried) => dropLetter(wire, buried),
    read: (stream, subjects, from = 1) => eventsOf(readMessages(wire, stream, subjects, from)),
    follow: (stream, subjects, from, signal) =>
      eventsOf(followMessages(wire, stream, subjects, from, AbortSignal.any([signal, wire.closed]))),
    last: (stream, subject) => lastStored(wire, stream, subject),
    ledger: createNatsLedger(wire),
    trouble: wire.troubles.sentence,
    max_payload: () => maxBody(wire),
    close: () => wire.nc.close(),
  };
}
