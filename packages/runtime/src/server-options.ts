import type { NatsOptions } from '@evenkeel/bus';
import type { RedisOptions } from '@evenkeel/store';
import type { Settings } from './settings.ts';

/** How a process with these settings connects to NATS. */
export const natsOptionsOf = (settings: Settings, name: string): NatsOptions => ({
  servers: settings.nats_url,
  name: `evenkeel-${name}`,
  replicas: settings.nats_replicas,
  ...(settings.nats_user === undefined ? {} : { user: settings.nats_user }),
  ...(settings.nats_password === undefined ? {} : { pass: settings.nats_password }),
  ...(settings.nats_ca_file === undefined ? {} : { tls: { ca_file: settings.nats_ca_file } }),
});

/** How it connects to Redis. */
export const redisOptionsOf = ({ redis_url, redis_password }: Settings): RedisOptions => ({
  url: redis_url,
  ...(redis_password === undefined ? {} : { password: redis_password }),
});
