import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { CloudEvent } from '@evenkeel/contracts';

/** A message as it goes over the wire: header names in lower case, one value each. */
export type WireMessage = { headers: Record<string, string>; body: Uint8Array };

export type Decoded = { event: CloudEvent } | { reason: string };

export const compress = promisify(gzip);
const expand = promisify(gunzip);

/** Bodies below this many bytes are not worth compressing. */
const compressedFrom = 4_096;
/** The most that a compressed body may grow to, bytes; what grows further was not written by us. */
const largestExpanded = 64 * 1_048_576;
const smallestChunk = 16 * 1_024;
const largestChunk = 4 * 1_048_576;

/** CloudEvents 1.0 over NATS in binary mode: attributes are headers, the body is the data as JSON; `traceparent` is of this hop. */
export async function encodeEvent(event: CloudEvent, options: { gzip: boolean }): Promise<WireMessage> {
  const { data, traceparent, tracestate, ...attributes } = event;
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) headers[`ce-${name}`] = percentEncode(value);
  }
  if (traceparent !== undefined) headers.traceparent = traceparent;
  if (tracestate !== undefined) headers.tracestate = tracestate;
  const json = Buffer.from(JSON.stringify(data ?? null));
  if (!options.gzip || json.length < compressedFrom) return { headers, body: json };
  return { headers: { ...headers, 'content-encoding': 'gzip' }, body: await compress(json) };
}

/** Understands binary and structured mode, header names in any case; says why where a message is no event. */
export async function decodeEvent(message: WireMessage): Promise<Decoded> {
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  try {
    const body = await expandBody(headers['content-encoding'], message.body);
    const isStructured = headers['content-type']?.toLowerCase().startsWith('application/cloudevents');
    const attributes = isStructured ? fromJson(body) : fromHeaders(headers, body);
    const { traceparent = attributes.traceparent, tracestate = attributes.tracestate } = headers;
    return { event: check({ ...attributes, traceparent, tracestate }) };
  } catch (error) {
    return { reason: (error as Error).message };
  }
}

type Attributes = Record<string, unknown> & { data: unknown };

async function expandBody(encoding: string | undefined, body: Uint8Array): Promise<Uint8Array> {
  if (encoding === undefined || encoding === 'identity') return body;
  if (encoding !== 'gzip') throw new Error(`its content-encoding ${JSON.stringify(encoding)} is not known`);
  return expand(body, { maxOutputLength: largestExpanded, chunkSize: chunkFor(body) }).catch((error: Error) => {
    throw new Error(`its body is not gzip: ${error.message}`);
  });
}

/** Bytes that it says in its last four it grows to, which spares putting many small chunks together; within limits, for anything may stand there. */
function chunkFor(body: Uint8Array): number {
  const said =
    body.length < 4 ? 0 : Buffer.from(body.buffer, body.byteOffset, body.byteLength).readUInt32LE(body.length - 4);
  return Math.min(Math.max(said + 1, smallestChunk), largestChunk);
}

function fromHeaders(headers: Record<string, string>, body: Uint8Array): Attributes {
  const attributes: Attributes = { data: body.length === 0 ? null : parse(body) };
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('ce-') && name !== 'ce-data') attributes[name.slice(3)] = percentDecode(name, value);
  }
  return attributes;
}

function fromJson(body: Uint8Array): Attributes {
  const { data = null, data_base64, ...attributes } = (parse(body) ?? {}) as Record<string, unknown>;
  return { ...attributes, data: typeof data_base64 === 'string' ? parse(Buffer.from(data_base64, 'base64')) : data };
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw new Error(`its body is not JSON: ${(error as Error).message}`);
  }
}

const required = ['id', 'source', 'type', 'subject', 'time'] as const;
const optional = ['traceparent', 'tracestate', 'causationid', 'configrevision', 'approvalsignature'] as const;

function check(attributes: Attributes): CloudEvent {
  const text = (name: string) => (typeof attributes[name] === 'string' ? attributes[name] : '');
  if (text('specversion') !== '1.0') throw new Error('it is not a CloudEvent of specversion 1.0');
  const missing = required.filter((name) => text(name) === '');
  if (missing.length > 0) throw new Error(`it lacks ${missing.join(', ')}`);
  if (Number.isNaN(Date.parse(text('time'))))
    throw new Error(`its time ${JSON.stringify(text('time'))} is not RFC 3339`);
  const content = text('datacontenttype') || 'application/json';
  if (!/^application\/(?:[\w.+-]+\+)?json *(?:;|$)/iu.test(content))
    throw new Error(`its data is ${content}, not JSON`);
  const event: CloudEvent = {
    specversion: '1.0',
    id: text('id'),
    source: text('source'),
    type: text('type'),
    subject: text('subject'),
    time: text('time'),
    datacontenttype: 'application/json',
    dataschema: text('dataschema'),
    data: attributes.data,
  };
  for (const name of optional) if (text(name) !== '') event[name] = text(name);
  return event;
}

/** As the binding asks: space, double quote, percent and all outside printable ASCII. */
export function percentEncode(text: string): string {
  return text.replace(/[^\u0021\u0023\u0024\u0026-\u007e]+/gu, (part) =>
    [...new TextEncoder().encode(part)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** Takes quoted values and needless encoding; throws where the bytes are not UTF-8. */
export function percentDecode(name: string, value: string): string {
  const quoted = /^"(?<text>.*)"$/su.exec(value.trim())?.groups?.text;
  const text = quoted === undefined ? value.trim() : quoted.replace(/\\(.)/gsu, '$1');
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Error(`its header ${name} is not encoded as it must be`);
  }
}
