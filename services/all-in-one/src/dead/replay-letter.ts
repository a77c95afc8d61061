import { type Bus, type DeadLetter, type Decoded, eventOfLetter, type Outgoing } from '@evenkeel/bus';
import { replaySubjectOf } from '@evenkeel/contracts';

export type Replayed = { done: boolean; what: string };

/** Names of those that hear what is said again: of services that there are, and of clusters that are in force. */
export type Hearers = { services: readonly string[]; clusters: readonly string[] };

/** The event as its stream has it, else as the letter has it. */
async function originalOf(bus: Pick<Bus, 'read'>, letter: DeadLetter): Promise<Decoded> {
  if (letter.sequence === 0) return eventOfLetter(letter);
  for await (const stored of bus.read(letter.stream, [letter.subject], letter.sequence)) {
    if (stored.sequence === letter.sequence) return { event: stored.event };
    break;
  }
  return eventOfLetter(letter);
}

/** Why nobody would hear it; null where somebody does. What never left its service is for all who hear of the cluster. */
function unheard({ service, sequence }: DeadLetter, cluster: string, { services, clusters }: Hearers): string | null {
  if (clusters.length === 0) return 'no configuration is in force';
  if (!clusters.includes(cluster)) return `cluster ${cluster} is not configured; there is ${clusters.join(', ')}`;
  if (sequence > 0 && !services.includes(service))
    return `there is no service ${service}; there are ${services.join(', ')}`;
  return null;
}

/**
 * Says a letter's event again, to the service that could not handle it and to nobody else, and throws the letter away. One that never
 * left its service, since it was too large, is said to everybody. It stays where it is no
 * event, or a command, or where nobody would hear it. Fails where the server does not take it.
 */
export async function replayLetter(
  bus: Pick<Bus, 'read' | 'publish' | 'drop_letter'>,
  letter: DeadLetter,
  hearers: Hearers,
): Promise<Replayed> {
  if (letter.stream === 'commands')
    return {
      done: false,
      what: 'cannot be said again: a command in a letter is an old wish; give it anew, and drop it',
    };
  const decoded = await originalOf(bus, letter);
  if ('reason' in decoded) return { done: false, what: `cannot be said again: ${decoded.reason}` };
  const { event } = decoded;
  const nobody = unheard(letter, event.subject, hearers);
  if (nobody !== null) return { done: false, what: `cannot be said again: ${nobody}` };
  const { stream, service, buried } = letter;
  const wasSaid = letter.sequence > 0;
  const outgoing: Outgoing = wasSaid
    ? {
        stream,
        subject: replaySubjectOf({ stream, service, cluster: event.subject }, `${buried}`),
        once: false,
        event,
        message_id: `replay/${buried}/${event.id}`,
      }
    : { stream, subject: letter.subject, once: stream === 'decisions', event };
  const { status } = await bus.publish(outgoing);
  await bus.drop_letter(buried);
  if (status === 'conflict') return { done: false, what: 'was decided otherwise meanwhile; the letter is dropped' };
  return { done: true, what: wasSaid ? `said again to ${service}` : 'said' };
}
