import { type AnyEvent, commands, events, streams } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import { z } from 'zod';
import { schemaId, text } from './json-schemas.ts';

const cluster = {
  description: 'Name of the cluster as it is configured; other characters than A-Z a-z 0-9 _ - as _ and hex.',
};
const id = {
  description: 'What the event is about, the natural id within its name and cluster, encoded in the same way.',
};

const header = (description: string, more: object = {}) => ({ type: 'string', description, ...more });

/** CloudEvents 1.0 in binary mode: attributes as NATS headers, data as the body. */
const headersOf = (event: AnyEvent) => ({
  type: 'object',
  required: ['ce-specversion', 'ce-id', 'ce-source', 'ce-type', 'ce-subject', 'ce-time'],
  properties: {
    'ce-specversion': header('Version of CloudEvents.', { const: '1.0' }),
    'ce-id': header('`<event>/<cluster>/<natural id>`; the same event said twice has the same id.'),
    'ce-source': header('The service that said it.', { pattern: '^urn:evenkeel:' }),
    'ce-type': header('The event and the version of its data.', { const: typeOf(event) }),
    'ce-subject': header('The cluster.'),
    'ce-time': header('Time of the cluster.', { format: 'date-time' }),
    'ce-dataschema': header('Schema of the data.', { const: schemaId(event) }),
    'ce-causationid': header('Id of the event that led to it.'),
    'ce-configrevision': header('The configuration that it was decided under.'),
    ...(event.name === 'migration.approved'
      ? {
          'ce-approvalsignature': header(
            'Where a key is shared: HMAC-SHA256 of its data with ordered keys, base64url.',
          ),
        }
      : {}),
    'ce-datacontenttype': header('How the body is written.', { const: 'application/json' }),
    traceparent: header('W3C trace context of this hop.'),
    tracestate: header('W3C trace context of this hop.'),
    ...(streams[event.stream].gzip
      ? { 'content-encoding': header('How the body is packed, where it is.', { const: 'gzip' }) }
      : {}),
    'Nats-Msg-Id': header('The same as ce-id, by which JetStream leaves out what it already has.'),
  },
});

const addressOf = ({ stream, name }: AnyEvent): string =>
  `evenkeel.v1.${stream}.{cluster}.${name}${stream === 'telemetry' ? '' : '.{id}'}`;

const channelOf = (event: AnyEvent) => ({
  address: addressOf(event),
  title: event.name,
  description: event.summary,
  parameters: { cluster, ...(event.stream === 'telemetry' ? {} : { id }) },
  messages: { [event.name]: { $ref: `#/components/messages/${event.name}` } },
  'x-stream': streams[event.stream].name,
});

const messageOf = (event: AnyEvent) => {
  const { $schema: _, ...schema } = z.toJSONSchema(event.data, { io: 'input', target: 'draft-7' });
  return {
    name: event.name,
    title: event.name,
    summary: event.summary,
    contentType: 'application/json',
    headers: headersOf(event),
    payload: { schemaFormat: 'application/schema+json;version=draft-07', schema },
    'x-data-version': event.version,
    'x-budget-bytes': event.budget_bytes,
  };
};

const operationOf = (action: 'send' | 'receive') => (event: AnyEvent) => ({
  action,
  channel: { $ref: `#/channels/${event.name}` },
  summary: event.summary,
  messages: [{ $ref: `#/channels/${event.name}/messages/${event.name}` }],
});

const each = <T>(of: readonly AnyEvent[], what: (event: AnyEvent) => T, key = (event: AnyEvent) => event.name) =>
  Object.fromEntries(of.map((event) => [key(event), what(event)]));
const all: readonly AnyEvent[] = [...events, ...commands];

/** AsyncAPI 3 document of what Evenkeel says and takes: a channel and a message each, sent where it is an event, received where it is a command. */
export const asyncapi = (): Record<string, string> => ({
  'deploy/asyncapi.json': text({
    asyncapi: '3.1.0',
    info: {
      title: 'Evenkeel',
      version: '1',
      description:
        'Events of Evenkeel on NATS JetStream as CloudEvents 1.0 (binary mode). Within v1 fields are only added. Subscribe with a durable pull consumer on the stream in x-stream, or with an ordered consumer to look on.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    channels: each(all, channelOf),
    operations: {
      ...each(events, operationOf('send'), (event) => `send.${event.name}`),
      ...each(commands, operationOf('receive'), (event) => `receive.${event.name}`),
    },
    components: { messages: each(all, messageOf) },
    'x-streams': streams,
  }),
});
