import { originOf } from '@evenkeel/contracts';
import { Agent, Client, type Dispatcher, request } from 'undici';
import { quorumOf } from './quorum-of.ts';
import type { EdgeLog } from './read-answer.ts';
import {
  type ApiAnswer,
  type ApiRequest,
  isProxyTrouble,
  type Transport,
  TransportFailure,
  targetOf,
} from './transport.ts';
import { ConnectFailure, type Trust, trustedConnector } from './trust.ts';

export type HttpsTransportOptions = Trust & {
  /** Tried in this order: `pve1`, `10.0.0.1:8006`, `[fd00::1]:8006`. */
  hosts: readonly string[];
  /** Milliseconds to connect to one host; 4,000 unless told. */
  connect_timeout_ms?: number;
  /** Largest answer that is read, bytes; 64 MiB unless told. */
  max_answer_bytes?: number;
  log?: EdgeLog;
};

/** Below the 5 s after which pveproxy hangs up. */
const keep_alive_ms = 4_000;

type Attempt = { host: string; request: ApiRequest; timeout_ms: number };

/**
 * HTTPS to a cluster: stays with the host that answered last and goes on to the next where one does not, or where it says that it has no
 * quorum and another has.
 */
export function httpsTransport(options: HttpsTransportOptions): Transport {
  const { hosts, connect_timeout_ms = 4_000, max_answer_bytes = 64 * 2 ** 20 } = options;
  if (hosts.length === 0) throw new Error('a cluster needs at least one host');
  const connect = trustedConnector(options, connect_timeout_ms);
  const shared = { connect, headersTimeout: 0, bodyTimeout: 0, maxResponseSize: max_answer_bytes, allowH2: false };
  const agent = new Agent({
    ...shared,
    keepAliveTimeout: keep_alive_ms,
    keepAliveMaxTimeout: keep_alive_ms,
    connections: 8,
    pipelining: 1,
  });
  let preferred = 0;
  const silent = new Map<string, string>();

  /** Says once that a host does not answer and why, and once that it does again. */
  const note = (host: string, failure: TransportFailure | null): void => {
    const before = silent.get(host);
    if (failure === null) {
      if (silent.delete(host)) options.log?.info({ host }, 'a host of the cluster answers again');
      return;
    }
    silent.set(host, failure.kind);
    if (before === failure.kind) return;
    options.log?.warn({ host, reason: failure.message }, 'a host of the cluster does not answer');
  };

  const read = (attempt: Attempt): Promise<ApiAnswer> => exchange(attempt, agent, () => true);

  /** On a connection of its own, so that a write whose connection never stood is known to be unsent. */
  const write = async (attempt: Attempt): Promise<ApiAnswer> => {
    let connected = false;
    const client = new Client(originOf(attempt.host), {
      ...shared,
      pipelining: 0,
      connect: (details, callback) =>
        connect(details, (...[error, socket]) => {
          const late = error ? null : (attempt.request.mayStillSend?.() ?? null);
          if (late !== null) socket?.destroy();
          const failure = late === null ? error : new ConnectFailure('unreachable', late);
          connected ||= !failure;
          if (failure) callback(failure, null);
          else callback(null, socket as NonNullable<typeof socket>);
        }),
    });
    try {
      return await exchange(attempt, client, () => connected);
    } finally {
      await client.destroy();
    }
  };

  /**
   * Asks each of the others once. What the lone host said stands all the same: what else is known by now comes from it, and nothing may
   * be decided on the answers of both.
   */
  const leave = async (lone: number, request: ApiRequest): Promise<void> => {
    const deadline = performance.now() + request.timeout_ms;
    for (let i = 1; i < hosts.length && preferred === lone; i++) {
      const index = (lone + i) % hosts.length;
      const host = hosts[index] as string;
      const timeout_ms = deadline - performance.now();
      if (timeout_ms <= 0) return;
      const result = await settle(read({ host, request, timeout_ms }));
      if (result instanceof TransportFailure) note(host, result);
      else if (quorumOf(request, result) === true) {
        preferred = index;
        options.log?.warn(
          { host: hosts[lone], instead: host },
          'a host of the cluster has no quorum; another is asked',
        );
      }
    }
  };

  const send = async (request: ApiRequest): Promise<ApiAnswer> => {
    const deadline = performance.now() + 2 * request.timeout_ms;
    const failures: { host: string; failure: TransportFailure }[] = [];
    let proxied: ApiAnswer | undefined;
    const first = preferred;
    for (let i = 0; i < hosts.length; i++) {
      const index = (first + i) % hosts.length;
      const host = hosts[index] as string;
      const timeout_ms = Math.min(request.timeout_ms, deadline - performance.now());
      if (timeout_ms <= 0) break;
      const result = await settle((request.idempotent ? read : write)({ host, request, timeout_ms }));
      if (result instanceof TransportFailure) {
        failures.push({ host, failure: result });
        note(host, result);
        if (!request.idempotent && result.sent) break;
      } else if (request.idempotent && isProxyTrouble(result.status)) {
        if (proxied) break;
        proxied = result;
      } else {
        note(host, null);
        if (index !== first) preferred = index;
        if (quorumOf(request, result) === false) await leave(index, request);
        return result;
      }
    }
    if (proxied) return proxied;
    throw failureOf(failures);
  };

  return { send, close: () => agent.destroy() };
}

async function exchange(attempt: Attempt, dispatcher: Dispatcher, isSent: () => boolean): Promise<ApiAnswer> {
  const { host, request: asked, timeout_ms } = attempt;
  const body = asked.method === 'POST' ? new URLSearchParams(asked.form ?? {}).toString() : null;
  try {
    const answer = await request(`${originOf(host)}${targetOf(asked)}`, {
      dispatcher,
      method: asked.method,
      signal: AbortSignal.timeout(Math.ceil(timeout_ms)),
      body,
      headers: {
        authorization: `PVEAPIToken=${asked.token}`,
        accept: 'application/json',
        ...(body === null ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
    });
    const text = await answer.body.text();
    const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
    return { status: answer.statusCode, reason: answer.statusText ?? '', headers, body: text, host };
  } catch (error) {
    throw failureOfError(error as Error & { code?: string }, timeout_ms, isSent());
  }
}

/** Only the error's own words and code are kept: what hangs on it may hold the request. */
function failureOfError(error: Error & { code?: string }, timeout_ms: number, sent: boolean): TransportFailure {
  if (error instanceof ConnectFailure) return new TransportFailure(error.kind, error.message, false);
  if (error.name === 'TimeoutError' || error.name === 'AbortError') {
    return new TransportFailure('timeout', `no answer within ${Math.round(timeout_ms)} ms`, sent);
  }
  if (error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
    return new TransportFailure('bad_answer', 'the answer is larger than any that Proxmox gives', sent);
  }
  const words = error.code === 'UND_ERR_SOCKET' || error.code === 'ECONNRESET' ? 'the connection broke' : 'trouble';
  return new TransportFailure(
    'unreachable',
    `${words} before the answer was complete (${error.code ?? error.name})`,
    sent,
  );
}

async function settle(answer: Promise<ApiAnswer>): Promise<ApiAnswer | TransportFailure> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof TransportFailure) return error;
    throw error;
  }
}

/** One failure out of what each host brought: the kind that needs an administrator most, and every host by name. */
function failureOf(failures: { host: string; failure: TransportFailure }[]): TransportFailure {
  const kinds = ['certificate', 'bad_answer', 'timeout', 'unreachable'] as const;
  const kind = kinds.find((k) => failures.some(({ failure }) => failure.kind === k)) ?? 'timeout';
  const words = failures.map(({ host, failure }) => `${host}: ${failure.message}`).join('; ');
  return new TransportFailure(
    kind,
    words || 'no time was left to try a host',
    failures.some(({ failure }) => failure.sent),
  );
}
