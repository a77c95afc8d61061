import type { Outgoing } from '@evenkeel/bus';
import { type AnyEvent, defineEvent, migrationApproved } from '@evenkeel/contracts';
import { envelope, type Handler, type Service } from '@evenkeel/runtime';
import { z } from 'zod';
import { cluster } from './replica.ts';
import type { Trouble } from './trial.ts';

type Stumble = Extract<Trouble, { do: 'stumble' }>;

const stumbled = defineEvent({
  name: 'chaos.stumbled',
  version: 1,
  stream: 'telemetry',
  summary: 'What nobody can handle.',
  data: z.object({ nth: z.int() }),
  key: () => cluster,
  id: ({ nth }) => String(nth),
  budget_bytes: 1024,
});

const isStumble = (id: string): boolean => id.startsWith('stumble/');

const stumble: Handler = async ({ id }) => {
  throw new Error(`it stumbles over ${id}`);
};

/** The service, but that it stumbles over what `tellStumble` says, of either stream, however often it is tried. */
export function stumbling(service: Service): Service {
  const handlers = [...service.handlers].map(([event, handler]): [AnyEvent, Handler] => [
    event,
    (given, context) => (isStumble(given.id) ? stumble : handler)(given, context),
  ]);
  return { ...service, handlers: new Map([...handlers, [stumbled, stumble]]) };
}

/** The nth message that a service stumbles over; in the stream of decisions it is like that of an approval. */
export function tellStumble({ in: stream }: Stumble, { event, ...rest }: Outgoing, nth: number): Outgoing {
  const id = `stumble/${nth}`;
  if (stream === migrationApproved.stream) return { ...rest, once: false, message_id: id, event: { ...event, id } };
  const said = stumbled.of({ nth }, event.time);
  const told = envelope(stumbled, said, {
    service: 'chaos',
    cluster,
    trace: '',
    config_revision: event.configrevision,
  });
  return { ...told, message_id: id, event: { ...told.event, id } };
}
