import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { commitScript } from './commit-script.ts';
import type { Version } from './version.ts';

export type RedisOptions = {
  /** `redis://` or `rediss://`, with user, password and database where needed. */
  url: string;
  /** Of the server's default user, where it does not stand in the URL. */
  password?: string;
  /** Before every key; default `evenkeel`. */
  prefix?: string;
  /** Path of a PEM file, for a server with a certificate of one's own authority. */
  ca_file?: string;
  /** How long to go on trying to connect at first, milliseconds; default 20 s. */
  patience_ms?: number;
  /** How long an answer may take before the server counts as away, milliseconds; default 5 s. */
  silence_ms?: number;
};

type Client = Redis & { evalCommit: (keys: number, ...values: (string | number)[]) => Promise<Version | null> };

export type RedisClient = {
  redis: Client;
  /** Passes an answer on, and remembers that Redis refused until it takes a write again. */
  watched: <T>(answer: Promise<T>) => Promise<T>;
  /** To be called after a write that was done. */
  wrote: () => void;
  trouble: () => string | null;
  on_reconnect: (listener: () => void) => void;
};

/** Connects and goes on reconnecting for ever, also where the server is there and says nothing; a command that has no answer after 5 s fails. */
export async function connectRedisClient(options: RedisOptions): Promise<RedisClient> {
  const { host } = new URL(options.url);
  const { silence_ms = 5_000 } = options;
  let away: string | null = null;
  const refusal = createRefusal(() => redis.set(`${options.prefix ?? 'evenkeel'}:probe`, '1', 'PX', 1));
  let lastError = 'no answer';
  const silent = `Redis at ${host} does not answer`;
  const listeners: (() => void)[] = [];
  const redis = new Redis(options.url, {
    ...(options.password === undefined ? {} : { password: options.password }),
    ...(options.ca_file && { tls: { ca: readFileSync(options.ca_file) } }),
    maxRetriesPerRequest: 10,
    commandTimeout: silence_ms,
    socketTimeout: silence_ms,
    connectTimeout: silence_ms,
    retryStrategy: (times) => Math.min(times * 100, 1_000),
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  }) as Client;
  redis.defineCommand('evalCommit', { lua: commitScript });
  redis.on('error', (error: Error) => {
    lastError = error.message;
    if (isSilence(error)) away ??= silent;
  });
  redis.on('close', () => {
    away ??= `no connection to Redis at ${host}`;
  });
  const heartbeat = setInterval(() => {
    if (redis.status === 'ready') redis.ping().catch(() => {});
  }, silence_ms / 2).unref();
  redis.on('end', () => clearInterval(heartbeat));
  await untilReady(redis, options.patience_ms ?? 20_000, () => {
    redis.disconnect();
    throw new Error(`cannot connect to Redis at ${host}: ${lastError}`);
  });
  away = null;
  redis.on('ready', () => {
    away = null;
    for (const listener of listeners) listener();
  });

  const watched = async <T>(answer: Promise<T>): Promise<T> => {
    try {
      const value = await answer;
      if (redis.status === 'ready') away = null;
      return value;
    } catch (error) {
      if ((error as Error).name === 'MaxRetriesPerRequestError' || isSilence(error as Error))
        throw new Error(silent, { cause: error });
      if ((error as Error).name === 'ReplyError') refusal.met(`Redis at ${host} refuses: ${(error as Error).message}`);
      throw error;
    }
  };
  const trouble = () => away ?? refusal.sentence();
  return { redis, watched, wrote: refusal.over, trouble, on_reconnect: (listener) => void listeners.push(listener) };
}

/** What the client says of a command, or of its connection, on which nothing came in time. */
const isSilence = ({ message }: Error): boolean => /^(?:Command timed out|Socket timeout)/u.test(message);

/** A Redis that refuses writes still answers reads: that it takes writes again is seen by writing, once a second. */
function createRefusal(write: () => Promise<unknown>) {
  let sentence: string | null = null;
  const over = (): void => {
    sentence = null;
  };
  const look = (): void => {
    if (sentence !== null) write().then(over, lookSoon);
  };
  const lookSoon = () => void setTimeout(look, 1_000).unref();
  return {
    met: (words: string): void => {
      if (sentence === null) lookSoon();
      sentence = words;
    },
    over,
    sentence: () => sentence,
  };
}

async function untilReady(redis: Redis, patience_ms: number, giveUp: () => never): Promise<void> {
  let isRefused = false;
  redis.on('error', (error: Error) => {
    isRefused ||= /WRONGPASS|NOAUTH|NOPERM/u.test(error.message);
  });
  for (const deadline = performance.now() + patience_ms; redis.status !== 'ready'; await sleep(5)) {
    if (isRefused || performance.now() > deadline) giveUp();
  }
}
