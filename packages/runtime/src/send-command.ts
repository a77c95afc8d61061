import { randomBytes } from 'node:crypto';
import type { Bus, Published } from '@evenkeel/bus';
import type { AnyEvent, Said } from '@evenkeel/contracts';
import { envelope } from './envelope.ts';

/** Publishes a command of a cluster; saying it twice under the same id is saying it once. Its data is held against its schema. */
export async function sendCommand(bus: Pick<Bus, 'publish'>, event: AnyEvent, said: Said): Promise<Published> {
  const data = event.data.parse(said.data);
  const trace = said.trace ?? `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
  const circumstances = { service: 'command', cluster: event.key(data), trace, config_revision: undefined };
  return bus.publish(envelope(event, { ...said, data }, circumstances));
}
