import { expect, test } from 'vitest';
import { services } from '../services.ts';
import { natsAccounts } from './nats-accounts.ts';

/** What a user is denied, as the file has it. */
const deniedTo = (user: string, file: string): string[] =>
  file
    .slice(file.indexOf(`{ user: "${user}"`))
    .match(/deny: \[([^\]]*)\]/u)![1]!
    .match(/"[^"]+"/gu)!
    .map((text) => text.slice(1, -1));

test.each(services.map(({ name }) => name))('%s is kept from the consumers of all others in every cluster', (name) => {
  const denied = deniedTo(name, natsAccounts(services, ['lab', 'prod']));
  for (const other of services)
    for (const cluster of ['lab', 'prod'])
      for (const verb of ['DELETE', 'MSG.NEXT', 'CREATE'])
        expect(denied.includes(`$JS.API.CONSUMER.${verb}.*.${other.name}_${cluster}`)).toBe(other.name !== name);
});
