import { type StreamClass, streams, token } from '@evenkeel/contracts';
import { JetStreamApiError } from '@nats-io/jetstream';
import { compress, percentDecode, percentEncode } from './cloud-events.ts';
import { headersOf, maxBody } from './nats-publish.ts';
import { readMessages, type StoredMessage } from './nats-read.ts';
import type { Wire } from './nats-wire.ts';
import { withPatience } from './patience.ts';
import type { DeadLetter, Letter } from './port.ts';

const origin = 'evenkeel-origin-';
const kept = 'evenkeel-kept-';

/** Stored once however often it is said. */
export async function buryLetter(wire: Wire, letter: Letter): Promise<void> {
  const { service, stream, sequence, reason } = letter;
  const which = sequence > 0 ? sequence : (letter.headers['ce-id'] ?? letter.subject);
  const { body, size, encoding } = await fit(letter, maxBody(wire));
  const headers: Record<string, string> = { ...encoding };
  for (const [name, value] of Object.entries(letter.headers))
    headers[name.startsWith('nats-') ? `${kept}${name}` : name] = value;
  const from = { service, stream, subject: letter.subject, sequence: `${sequence}`, reason, ...size };
  for (const [name, value] of Object.entries(from)) headers[`${origin}${name}`] = percentEncode(value);
  const subject = `evenkeel.v1.dead.${token(service)}.${stream}`;
  await withPatience(wire, `publishing to ${streams.dead.name}`, (timeout) =>
    wire.js.publish(subject, body, {
      msgID: `dead/${service}/${stream}/${which}`,
      headers: headersOf(headers),
      timeout,
    }),
  );
}

const headBytes = 4_096;

/** What of a body can be kept: all of it, all of it gzipped, or its head. */
async function fit({ body, headers }: Letter, most: number) {
  if (body.length <= most) return { body };
  const packed = headers['content-encoding'] === undefined ? await compress(body) : body;
  if (packed.length <= most) return { body: packed, encoding: { 'content-encoding': 'gzip' } };
  return { body: body.subarray(0, Math.min(most, headBytes)), size: { size: `${body.length}` } };
}

export async function dropLetter(wire: Wire, buried: number): Promise<boolean> {
  const { name } = streams.dead;
  return withPatience(wire, `dropping from ${name}`, () =>
    wire.jsm.streams.deleteMessage(name, buried, false).catch((error: Error) => {
      if (error instanceof JetStreamApiError) return false;
      throw error;
    }),
  );
}

/** Messages of the dead-letter stream that another program put there are passed over. */
export async function* readLetters(wire: Wire, from: number): AsyncGenerator<DeadLetter> {
  for await (const message of readMessages(wire, 'dead', [], from)) {
    const letter = letterOf(message);
    if (letter) yield letter;
  }
}

function letterOf({ headers, body, sequence }: StoredMessage): DeadLetter | null {
  const told = (name: string) => percentDecode(name, headers[`${origin}${name}`] ?? '');
  if (!headers[`${origin}stream`]) return null;
  const before: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(kept)) before[name.slice(kept.length)] = value;
    else if (!name.startsWith(origin) && !name.startsWith('nats-')) before[name] = value;
  }
  return {
    service: told('service'),
    stream: told('stream') as StreamClass,
    subject: told('subject'),
    sequence: Number(told('sequence')),
    reason: told('reason'),
    ...(headers[`${origin}size`] && { size: Number(told('size')) }),
    body: new Uint8Array(body),
    headers: before,
    buried: sequence,
  };
}
