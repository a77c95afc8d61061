import { streams } from '@evenkeel/contracts';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { type MsgHdrs, headers as newHeaders } from '@nats-io/transport-node';
import { encodeEvent } from './cloud-events.ts';
import { lastStored } from './nats-read.ts';
import type { Wire } from './nats-wire.ts';
import { withPatience } from './patience.ts';
import { EventTooLarge, type Outgoing, type Published } from './port.ts';

/** Room in a message for headers, and for where it came from once it is a dead letter, bytes. */
const header_room = 8_192;

/** The largest encoded body that the server takes, bytes. */
export function maxBody({ nc }: Wire): number {
  return Math.max(0, (nc.info?.max_payload ?? 1_048_576) - header_room);
}

/** Stores an event and answers what became of it; without an answer it throws after the wire's patience, and may be stored all the same. */
export async function publishEvent(wire: Wire, outgoing: Outgoing): Promise<Published> {
  const { event, stream, once } = outgoing;
  const { headers, body } = await encodeEvent(event, { gzip: streams[stream].gzip });
  if (body.length > maxBody(wire)) {
    throw new EventTooLarge(`${event.id}: ${body.length} bytes, more than the ${maxBody(wire)} that NATS takes`);
  }
  return withPatience(wire, `publishing to ${streams[stream].name}`, async (timeout) => {
    const stored = await store(wire, outgoing, { headers: headersOf(headers), body, timeout });
    if (stored === 'taken') return adopt(wire, outgoing);
    if (!stored.duplicate) return { status: 'stored', sequence: stored.seq };
    return once ? adopt(wire, outgoing) : { status: 'duplicate', sequence: stored.seq };
  });
}

export function headersOf(values: Record<string, string>): MsgHdrs {
  const headers = newHeaders();
  for (const [name, value] of Object.entries(values)) headers.set(name, value);
  return headers;
}

/** Whether a compare-and-set was refused since something else stands there. */
export function isTaken(error: unknown): boolean {
  if (!(error instanceof JetStreamApiError)) return false;
  const { StreamWrongLastSequence, StreamWrongLastSequenceUnknown } = JetStreamApiCodes;
  return error.code === StreamWrongLastSequence || error.code === StreamWrongLastSequenceUnknown;
}

type Encoded = { headers: MsgHdrs; body: Uint8Array; timeout: number };

async function store(
  { js }: Wire,
  { event, subject, stream, once, message_id }: Outgoing,
  { headers, body, timeout }: Encoded,
) {
  const expect = { streamName: streams[stream].name, ...(once && { lastSubjectSequence: 0 }) };
  try {
    return await js.publish(subject, body, { msgID: message_id ?? event.id, headers, timeout, expect });
  } catch (error) {
    if (isTaken(error)) return 'taken';
    throw error;
  }
}

/** What stands under the subject is the truth; that nothing does, although the server says so, may pass. */
async function adopt(wire: Wire, { stream, subject }: Outgoing): Promise<Published> {
  const stored = await lastStored(wire, stream, subject);
  if (!stored) throw new Error(`${subject} was said to be taken, and holds no event`);
  return { status: 'conflict', sequence: stored.sequence, stored: stored.event };
}
