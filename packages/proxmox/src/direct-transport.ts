import { setTimeout as wait } from 'node:timers/promises';
import { type ApiRequest, type Transport, TransportFailure } from './transport.ts';

/** A request as a simulator in the same process gets it; `path` starts with `/api2/json`, percent-encoded as on the wire. */
export type DirectRequest = {
  method: ApiRequest['method'];
  path: string;
  query: Record<string, string>;
  form: Record<string, string>;
  /** What the `Authorization` header says. */
  authorization: string;
};
export type DirectAnswer = {
  status: number;
  reason: string;
  headers: Record<string, string>;
  body: string;
  /** Milliseconds of machine time before the answer arrives. */
  delay_ms?: number;
  /** No answer comes: the connection breaks after the request was read. */
  cut?: boolean;
};
export type DirectHandle = (request: DirectRequest) => DirectAnswer | Promise<DirectAnswer>;

/** Speaks to a simulator in this process without a network: `sleep` makes the answer's delay real or leaves it out. */
export function directTransport(
  handle: DirectHandle,
  { sleep = (ms: number) => wait(ms) as Promise<void> }: { sleep?: (ms: number) => Promise<void> } = {},
): Transport {
  return {
    send: async ({ method, path, query = {}, form = {}, token, timeout_ms }) => {
      const authorization = `PVEAPIToken=${token}`;
      const answer = await handle({ method, path: `/api2/json${path}`, query, form, authorization });
      const { delay_ms = 0, cut = false, status, reason, headers, body } = answer;
      if (delay_ms > 0) await sleep(Math.min(delay_ms, timeout_ms));
      if (delay_ms > timeout_ms) {
        throw new TransportFailure('timeout', `the simulator did not answer within ${timeout_ms} ms`, true);
      }
      if (cut) throw new TransportFailure('unreachable', 'the connection to the simulator broke', true);
      return { status, reason, headers, body, host: 'simulator' };
    },
    close: async () => {},
  };
}
