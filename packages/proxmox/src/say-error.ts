import { ProxmoxError } from './port.ts';
import { scrub } from './scrub.ts';
import { type ApiAnswer, type ApiRequest, isProxyTrouble, type TransportFailure } from './transport.ts';

const longest = 600;

/** Text from outside made fit for one line of a message: no control characters, not endless. */
export function tidy(text: string): string {
  const line = text
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** What Proxmox itself says: the message, the parameters it refuses, or (before PVE 8.3) the reason phrase. */
function wordsOf({ body, reason }: Pick<ApiAnswer, 'body' | 'reason'>, token: string): string {
  const parsed = parseObject(body);
  const message = typeof parsed?.message === 'string' ? parsed.message : reason;
  const errors = typeof parsed?.errors === 'object' && parsed.errors !== null ? Object.entries(parsed.errors) : [];
  const details = errors.map(([name, text]) => `${name}: ${String(text)}`).join('; ');
  const words = [message.trim(), details].filter((part) => part !== '').join(' ');
  return tidy(scrub(words, token)) || 'no words';
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function forbidden(call: string, words: string): ProxmoxError {
  const found = /\(([^,()]+), ([^()]+)\)/.exec(words);
  const lack = found ? `the token lacks ${found[2]} on ${found[1]}` : `the token may not do this (${words})`;
  return new ProxmoxError(
    'forbidden',
    `${call}: ${lack}; grant it to the user and, with privilege separation, to the token too.`,
    { status: 403 },
  );
}

function proxyTrouble(call: string, { status }: ApiAnswer, words: string, write: boolean): ProxmoxError {
  const timedOut = status === 596 && /timed? ?out/i.test(words);
  return new ProxmoxError(
    timedOut ? 'timeout' : 'unreachable',
    `${call}: the node concerned could not be reached through this host (${status} ${words}); is that node up?`,
    { status, maybe_accepted: write && status !== 595 },
  );
}

/** The error for an answer other than 200, in a sentence that says what was asked, what was said and what to do. */
export function errorOfAnswer(request: ApiRequest, answer: ApiAnswer): ProxmoxError {
  const { status } = answer;
  const call = `${request.method} ${request.path} on ${answer.host}`;
  const words = wordsOf(answer, request.token);
  const write = !request.idempotent;
  if (status === 401) {
    return new ProxmoxError(
      'unauthorized',
      `${call}: the API token is not accepted (${words}); it may be mistyped, expired or removed.`,
      { status },
    );
  }
  if (status === 403) return forbidden(call, words);
  if (status === 501) {
    return new ProxmoxError('not_implemented', `${call}: this version of Proxmox VE has no such call (${words}).`, {
      status,
    });
  }
  if (isProxyTrouble(status)) return proxyTrouble(call, answer, words, write);
  if (status >= 502 && status <= 504) {
    return new ProxmoxError('unreachable', `${call}: a gateway answered ${status} ${words}.`, {
      status,
      maybe_accepted: write,
    });
  }
  if (status === 400 || status === 500) {
    return new ProxmoxError('refused', `${call}: Proxmox refused: ${words}`, { status });
  }
  return new ProxmoxError(
    'bad_answer',
    `${call}: answered ${status} ${words}, which the Proxmox VE API does not; is this the address of a Proxmox VE node?`,
    { status, maybe_accepted: write && (status < 400 || status > 499) },
  );
}

/** The error for a request that got no answer. */
export function errorOfFailure(request: ApiRequest, failure: TransportFailure): ProxmoxError {
  const maybe_accepted = !request.idempotent && failure.sent;
  const doubt = maybe_accepted ? ' It may have been carried out all the same: look before sending it again.' : '';
  return new ProxmoxError(
    failure.kind,
    `${request.method} ${request.path}: ${tidy(scrub(failure.message, request.token)).replace(/\.$/, '')}.${doubt}`,
    { maybe_accepted },
  );
}
