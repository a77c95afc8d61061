import { setTimeout as sleep } from 'node:timers/promises';
import { token } from '@evenkeel/contracts';
import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import {
  connect,
  credsAuthenticator,
  type NatsConnection,
  type NodeConnectionOptions,
  PermissionViolationError,
} from '@nats-io/transport-node';
import { createTroubles, memory_ms, type Troubles } from './troubles.ts';

export type NatsOptions = {
  /** `nats://` or `tls://`, several separated by commas; user and password may stand in them. */
  servers: string;
  /** Shown by the server's own tools. */
  name: string;
  user?: string;
  pass?: string;
  token?: string;
  /** Text of a credentials file. */
  creds?: string;
  /** Paths of PEM files. */
  tls?: { ca_file?: string; cert_file?: string; key_file?: string };
  /** Where replies arrive; by default `_INBOX`, and for a user that has a name `_INBOX_<name>`, which the server can keep from others. */
  inbox_prefix?: string;
  /** Copies of each stream; 3 on a cluster of servers. Default 1. */
  replicas?: number;
  /** The most that telemetry takes on disk, bytes; default 2 GiB. */
  telemetry_max_bytes?: number;
  /** How long to go on trying: to connect, to publish, to change the ledger. Default 20 s. */
  patience_ms?: number;
};

/** A connection and what is wrong with it. */
export type Wire = {
  nc: NatsConnection;
  js: JetStreamClient;
  jsm: JetStreamManager;
  troubles: Troubles;
  patience_ms: number;
  /** Aborted once the bus is closed. */
  closed: AbortSignal;
};

/** How long one attempt waits for its answer, milliseconds; far longer than a healthy server takes. */
export const attempt_ms = 2_000;

/** Connects and goes on reconnecting for ever. Throws where the server is too old, has no JetStream, or refuses us. */
export async function connectWire(options: NatsOptions): Promise<Wire> {
  const patience_ms = options.patience_ms ?? 20_000;
  const nc = await connectPatiently(connectionOptions(options), patience_ms);
  try {
    requireVersion(nc.info?.version ?? '0.0.0');
    const jsm = await manage(nc, patience_ms);
    const over = new AbortController();
    void nc.closed().then(() => over.abort());
    const troubles = createTroubles();
    void watch(nc, troubles);
    return { nc, js: jetstream(nc, { timeout: attempt_ms }), jsm, troubles, patience_ms, closed: over.signal };
  } catch (error) {
    await nc.close();
    const { message, name } = error as Error;
    if (name === 'ServerTooOld') throw error;
    throw new Error(`NATS at ${nc.getServer()} does not offer JetStream: ${message}`);
  }
}

/** One of several servers may have to wait until they have chosen who leads. */
async function manage(nc: NatsConnection, patience_ms: number): Promise<JetStreamManager> {
  const deadline = performance.now() + patience_ms;
  for (;;) {
    try {
      return await jetstreamManager(nc, { timeout: attempt_ms });
    } catch (error) {
      if (!nc.info?.cluster || performance.now() > deadline) throw error;
      await sleep(250);
    }
  }
}

/** Where the server is a version that lacks consumers with several subjects, which it would only say later and less clearly. */
export function requireVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 2 || (major === 2 && minor >= 10)) return;
  const error = new Error(`nats-server ${version} is too old: Evenkeel needs 2.10 or newer`);
  error.name = 'ServerTooOld';
  throw error;
}

export function connectionOptions(options: NatsOptions): NodeConnectionOptions {
  const urls = options.servers.split(',').map((server) => new URL(server.trim()));
  const first = urls[0];
  const user = options.user ?? decodeURIComponent(first?.username ?? '');
  const pass = options.pass ?? decodeURIComponent(first?.password ?? '');
  const { ca_file: caFile, cert_file: certFile, key_file: keyFile } = options.tls ?? {};
  const tls = { ...(caFile && { caFile }), ...(certFile && { certFile }), ...(keyFile && { keyFile }) };
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port || 4222}`),
    name: options.name,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 500,
    reconnectJitter: 500,
    ignoreAuthErrorAbort: true,
    ...(user && { user, pass }),
    ...(options.token && { token: options.token }),
    ...(options.creds && { authenticator: credsAuthenticator(new TextEncoder().encode(options.creds)) }),
    ...((options.tls || first?.protocol === 'tls:') && { tls }),
    ...((options.inbox_prefix || user) && { inboxPrefix: options.inbox_prefix ?? `_INBOX_${token(user)}` }),
  };
}

async function connectPatiently(options: NodeConnectionOptions, patience_ms: number): Promise<NatsConnection> {
  const deadline = performance.now() + patience_ms;
  for (;;) {
    try {
      return await connect({ ...options, timeout: 5_000 });
    } catch (error) {
      const isRefused = ['AuthorizationError', 'PermissionViolationError'].includes((error as Error).name);
      if (isRefused || performance.now() > deadline) {
        throw new Error(`cannot connect to NATS at ${options.servers}: ${(error as Error).message}`);
      }
      await sleep(250);
    }
  }
}

async function watch(nc: NatsConnection, troubles: Troubles): Promise<void> {
  for await (const status of nc.status()) {
    if (status.type === 'disconnect') troubles.set('connection', `no connection to NATS at ${status.server}`);
    if (status.type === 'reconnect') troubles.clear();
    if (status.type === 'error' && !isForOthers(status.error))
      troubles.set('refused', `NATS refuses: ${status.error.message}`, memory_ms);
  }
}

/** What only one user of NATS may do for all: that another may not is no trouble. */
const forOthers = /^\$JS\.API\.STREAM\.(PURGE\.KV_EVENKEEL_LEDGER|(CREATE|UPDATE)\.\w+)$/u;

const isForOthers = (error: Error): boolean =>
  error instanceof PermissionViolationError && forOthers.test(error.subject);

/** Whether this user of NATS may not do it. */
export const isForbidden = (error: Error): boolean =>
  [error, error.cause].some((one) => one instanceof PermissionViolationError);

/** Calls after every reconnection, until the answer is called. What was pulled before it is better pulled anew. */
export function onReconnect({ nc }: Wire, listener: () => void): () => void {
  const statuses = nc.status() as ReturnType<NatsConnection['status']> & { stop: () => void };
  void (async () => {
    for await (const { type } of statuses) if (type === 'reconnect') listener();
  })();
  return () => statuses.stop();
}
