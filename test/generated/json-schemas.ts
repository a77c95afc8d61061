import { type AnyEvent, commands, configSchema, events } from '@evenkeel/contracts';
import { z } from 'zod';

export const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** Identity of an event's schema as it stands in `dataschema` of each event. */
export const schemaId = ({ name, version }: AnyEvent): string => `urn:evenkeel:schema:${name}:v${version}`;

function eventSchema(event: AnyEvent): object {
  const { $schema, ...schema } = z.toJSONSchema(event.data, { io: 'input' });
  return { $schema, $id: schemaId(event), title: event.name, description: event.summary, ...schema };
}

function wholeConfig(): object {
  const { $schema, ...schema } = configSchema();
  return { $schema, $id: 'urn:evenkeel:schema:config', title: 'Configuration of Evenkeel', ...schema };
}

/** JSON Schemas (2020-12) by path. Those of events allow fields that are not known yet: a version only ever adds. */
export const jsonSchemas = (): Record<string, string> => ({
  'deploy/schemas/config.schema.json': text(wholeConfig()),
  ...Object.fromEntries(
    [...events, ...commands].map((event) => [
      `deploy/schemas/${event.name}.v${event.version}.json`,
      text(eventSchema(event)),
    ]),
  ),
});
