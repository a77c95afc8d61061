import type { IncomingMessage } from 'node:http';
import type { Request } from './wire/answer.ts';

const MOST_BODY = 512 * 1024;

export const readBody = async (request: IncomingMessage): Promise<string | undefined> => {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += (part as Buffer).length;
    if (length > MOST_BODY) return undefined;
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString('utf8');
};

export const readForm = (request: IncomingMessage, body: string): Record<string, string> | undefined => {
  if (body === '') return {};
  if (!request.headers['content-type']?.includes('application/json'))
    return Object.fromEntries(new URLSearchParams(body));
  try {
    const json = JSON.parse(body) as Record<string, unknown>;
    return Object.fromEntries(
      Object.entries(json).map(([name, value]) => [name, value === true ? '1' : value === false ? '0' : String(value)]),
    );
  } catch {
    return undefined;
  }
};

export const toRequest = (
  request: IncomingMessage,
  url: URL,
  form: Record<string, string>,
  via: string | undefined,
): Request => ({
  method: request.method ?? 'GET',
  path: url.pathname,
  query: Object.fromEntries(url.searchParams),
  form,
  authorization: request.headers.authorization,
  cookie: request.headers.cookie,
  csrf: request.headers.csrfpreventiontoken as string | undefined,
  via,
});
