import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { Clock } from './clock.ts';
import type { Answer } from './wire/answer.ts';

/** What no real cluster says. */
const simulated = ['x-simulator-time', 'x-simulator-speed'];

export const send = (
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  clock: Clock,
  tells_time = true,
): void => {
  const now = clock.tick();
  const date = new Date(now).toUTCString();
  const zipped = answer.body.length > 1024 && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
  const body = zipped ? gzipSync(answer.body, { level: 1 }) : Buffer.from(answer.body);
  response.sendDate = false;
  const headers: Record<string, string> = {
    'cache-control': 'max-age=0',
    pragma: 'no-cache',
    server: 'pve-api-daemon/3.0',
    date,
    expires: date,
    ...answer.headers,
    ...(zipped ? { 'content-encoding': 'gzip' } : {}),
    'content-length': String(body.length),
    ...(answer.status >= 400 ? { connection: 'close' } : {}),
    'x-simulator-time': String(Math.round(now)),
    'x-simulator-speed': String(clock.speed()),
  };
  if (!tells_time) for (const name of simulated) delete headers[name];
  response.writeHead(answer.status, answer.reason, headers);
  response.end(body);
};
