import { type StreamClass, streams, token } from '@evenkeel/contracts';
import { percentDecode, percentEncode } from './cloud-events.ts';
import { headersOf, maxBody } from './nats-publish.ts';
import { readMessages, type StoredMessage } from './nats-read.ts';
import type { Wire } from './nats-wire.ts';
import { withPatience } from './patience.ts';
import type { DeadLetter, Letter } from './port.ts';

const origin = 'evenkeel-origin-';
const kept = 'evenkeel-kept-';

/** Stored once however often it is said. A body that leaves no room for its origin stays where it came from. */
export async function buryLetter(wire: Wire, letter: Letter): Promise<void> {
  const { service, stream, sequence, body } = letter;
  const which = sequence > 0 ? sequence : (letter.headers['ce-id'] ?? letter.subject);
  const isTooLarge = body.length > maxBody(wire);
  const reason = isTooLarge ? `${letter.reason} (its ${body.length} bytes are not copied)` : letter.reason;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(letter.headers))
    headers[name.startsWith('nats-') ? `${kept}${name}` : name] = value;
  const from = { service, stream, subject: letter.subject, sequence: `${sequence}`, reason };
  for (const [name, value] of Object.entries(from)) headers[`${origin}${name}`] = percentEncode(value);
  const subject = `evenkeel.v1.dead.${token(service)}.${stream}`;
  await withPatience(wire, `publishing to ${streams.dead.name}`, (timeout) =>
    wire.js.publish(subject, isTooLarge ? '' : body, {
      msgID: `dead/${service}/${stream}/${which}`,
      headers: headersOf(headers),
      timeout,
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
    body: new Uint8Array(body),
    headers: before,
    buried: sequence,
  };
}
