import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchServer } from './fetch-server.ts';
import { findOnPath, findUnpacked, type ServerBinary, type ServerName } from './server-binary.ts';
import { withLock } from './with-lock.ts';

export type { ServerBinary } from './server-binary.ts';

/** Null is what could neither be found nor fetched; `reasons` says why, in sentences for the user. */
export type FoundServers = { nats: ServerBinary | null; redis: ServerBinary | null; reasons: string[] };

export type FindOptions = {
  /** Where fetched servers are kept; default EVENKEEL_CACHE, else `.cache` of this checkout. */
  cache?: string;
  /** Whether to fetch what is not there; default true. */
  fetch?: boolean;
  /** Told before something is fetched, since that takes seconds. */
  tell?: (sentence: string) => void;
};

/** Servers of this machine, else those fetched before, else fetched now. */
export async function findServers(options: FindOptions = {}): Promise<FoundServers> {
  const reasons: string[] = [];
  const find = async (name: ServerName): Promise<ServerBinary | null> => {
    const folder = join(options.cache ?? defaultCache(), 'servers');
    const there = (await findOnPath(name)) ?? (await findUnpacked(name, join(folder, name)));
    if (there || options.fetch === false) return there;
    return withLock(join(folder, `${name}.lock`), async () => {
      const meanwhile = await findUnpacked(name, join(folder, name));
      if (meanwhile) return meanwhile;
      options.tell?.(`fetching ${name}, which this machine does not have, into ${folder}`);
      return fetchServer(name, folder);
    }).catch((error: Error) => {
      reasons.push(`${name} could not be fetched: ${lastLine(error.message)}`);
      return null;
    });
  };
  const [nats, redis] = await Promise.all([find('nats-server'), find('redis-server')]);
  return { nats, redis, reasons };
}

function defaultCache(): string {
  return process.env.EVENKEEL_CACHE ?? fileURLToPath(new URL('../../../.cache', import.meta.url));
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? text;
}
