import type { Machine } from './clock.ts';
import { ProxmoxError } from './port.ts';
import { errorOfAnswer, errorOfFailure, tidy } from './say-error.ts';
import { scrub } from './scrub.ts';
import { type ApiAnswer, type ApiRequest, isProxyTrouble, type Transport, TransportFailure } from './transport.ts';

/** `what` names a write in the message of its refusal. */
export type Call = Omit<ApiRequest, 'token' | 'timeout_ms' | 'idempotent'> & { timeout_ms?: number; what?: string };

const pauses_ms = [200, 800];
const isGatewayTrouble = (status: number): boolean => status >= 502 && status <= 504;

/**
 * Sends calls and unwraps `data`; reads are tried up to three times while time remains, writes exactly once. Whatever is not a
 * read passes `mayWrite` first: where that says no, nothing leaves this process.
 */
export function createCaller(options: {
  transport: Transport;
  token: string;
  machine: Machine;
  timeout_ms: number;
  /** Machine milliseconds between the wish to write and the sending: who stood still for longer does not know what has happened since. */
  freshest_ms: number;
  observe: (headers: Record<string, string>) => void;
  mayWrite: () => string | null | Promise<string | null>;
  heard?: ((error: ProxmoxError | null) => void) | undefined;
}): (call: Call) => Promise<unknown> {
  const { transport, machine } = options;
  const token = checkedToken(options.token);

  const once = async (request: ApiRequest): Promise<ApiAnswer | TransportFailure> => {
    try {
      const answer = await transport.send(request);
      options.observe(answer.headers);
      return answer;
    } catch (error) {
      if (error instanceof TransportFailure) return error;
      throw error;
    }
  };

  return async ({ what, ...call }) => {
    const timeout_ms = call.timeout_ms ?? options.timeout_ms;
    const idempotent = call.method === 'GET';
    const mayStillSend = idempotent ? () => null : createFreshness(options);
    const request = { ...call, token, timeout_ms, idempotent, ...(idempotent ? {} : { mayStillSend }) };
    const held = idempotent ? null : ((await options.mayWrite()) ?? mayStillSend());
    if (held !== null)
      throw new ProxmoxError('held_back', `${what ?? `${call.method} ${call.path}`} was not sent: ${held}.`);
    const deadline = machine.monotonic() + 2 * timeout_ms;
    let result = await once(request);
    for (const [tries, pause] of (request.idempotent ? pauses_ms : []).entries()) {
      if (!isWorthRetrying(result, tries) || machine.monotonic() + pause >= deadline) break;
      await machine.sleep(pause);
      result = await once(request);
    }
    try {
      const data = unwrap(request, result);
      options.heard?.(null);
      return data;
    } catch (error) {
      if (!(error instanceof ProxmoxError)) throw error;
      const clean = scrubbed(error, token);
      options.heard?.(clean);
      throw clean;
    }
  };
}

/** Says no from some time after now on. */
function createFreshness({ machine, freshest_ms }: { machine: Machine; freshest_ms: number }): () => string | null {
  const wished = machine.monotonic();
  return () => {
    const waited = (machine.monotonic() - wished) / 1000;
    return waited <= freshest_ms / 1000
      ? null
      : `it waited ${Math.round(waited)} s for its permission and its connection, ${freshest_ms / 1000} s at most`;
  };
}

/** A node that another cannot reach takes seconds to say so: once more is enough. */
function isWorthRetrying(result: ApiAnswer | TransportFailure, tries: number): boolean {
  if (result instanceof TransportFailure) return result.kind === 'unreachable';
  return isProxyTrouble(result.status) ? tries === 0 : isGatewayTrouble(result.status);
}

function unwrap(request: ApiRequest, result: ApiAnswer | TransportFailure): unknown {
  if (result instanceof TransportFailure) throw errorOfFailure(request, result);
  if (result.status !== 200) throw errorOfAnswer(request, result);
  try {
    const body: unknown = JSON.parse(result.body);
    if (typeof body === 'object' && body !== null && 'data' in body) return body.data;
  } catch {}
  throw new ProxmoxError(
    'bad_answer',
    `${request.method} ${request.path} on ${result.host}: the answer is not what the API promises (${head(result.body, request.token)}).`,
    { status: 200, maybe_accepted: !request.idempotent },
  );
}

function checkedToken(token: string): string {
  const trimmed = token.trim();
  if (/^[^\s!=]+@[^\s!=@]+![^\s!=]+=[\x21-\x7e]+$/.test(trimmed)) return trimmed;
  throw new ProxmoxError('unauthorized', 'The API token does not have the form USER@REALM!TOKENID=SECRET.');
}

/** How an answer begins. */
const head = (body: string, token: string): string => tidy(scrub(body.slice(0, 2_000), token).slice(0, 80));

/** Nobody echoes a token on purpose, but an answer is text from outside; what was cut short is clean already. */
function scrubbed(error: ProxmoxError, token: string): ProxmoxError {
  const message = scrub(error.message, token);
  if (message === error.message) return error;
  return new ProxmoxError(error.kind, message, {
    ...(error.status === undefined ? {} : { status: error.status }),
    maybe_accepted: error.maybe_accepted,
  });
}
