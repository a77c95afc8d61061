import type { Store } from './port.ts';
import type { RedisOptions } from './redis-client.ts';

/** A store on Redis; its client is loaded only by those that have one. */
export async function connectRedis(options: RedisOptions): Promise<Store> {
  const { connectRedis: connect } = await import('./redis-store.ts');
  return connect(options);
}
