import { gzipSync } from 'node:zlib';
import type { CloudEvent } from '@evenkeel/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEvent, encodeEvent, percentDecode, percentEncode } from './cloud-events.ts';

const event: CloudEvent = {
  specversion: '1.0',
  id: 'cluster.sampled/c1/42',
  source: 'urn:evenkeel:collector',
  type: 'dev.evenkeel.cluster.sampled.v1',
  subject: 'Euro €😀',
  time: '2026-11-21T20:00:00.000Z',
  datacontenttype: 'application/json',
  dataschema: 'urn:evenkeel:schema:cluster.sampled:v1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  causationid: 'a/b',
  data: { text: 'Euro €😀' },
};
const bytes = (text: string) => new TextEncoder().encode(text);

describe('header values', () => {
  test.each([
    ['Euro €😀', 'Euro%20%E2%82%AC%F0%9F%98%80'],
    ['Euro € 😀', 'Euro%20%E2%82%AC%20%F0%9F%98%80'],
    ['100 % "sure"', '100%20%25%20%22sure%22'],
    ['!#~', '!#~'],
    ['\u007f\n', '%7F%0A'],
  ])('%j is written %s', (text, encoded) => {
    expect(percentEncode(text)).toBe(encoded);
    expect(percentDecode('x', encoded)).toBe(text);
  });

  test.each([
    ['"quoted \\"value\\""', 'quoted "value"'],
    ['%65uro', 'euro'],
    ['%e2%82%ac', '€'],
  ])('%s is read as %s', (encoded, text) => expect(percentDecode('x', encoded)).toBe(text));

  test('an overlong space is refused', () => expect(() => percentDecode('ce-id', '%C0%A0')).toThrow('ce-id'));

  test('any text comes back', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => percentDecode('x', percentEncode(text)) === text));
  });
});

describe('binary mode', () => {
  test('attributes are headers in lower case, data is the body', async () => {
    const { headers, body } = await encodeEvent(event, { gzip: true });
    expect(headers).toEqual({
      'ce-specversion': '1.0',
      'ce-id': 'cluster.sampled/c1/42',
      'ce-source': 'urn:evenkeel:collector',
      'ce-type': 'dev.evenkeel.cluster.sampled.v1',
      'ce-subject': 'Euro%20%E2%82%AC%F0%9F%98%80',
      'ce-time': '2026-11-21T20:00:00.000Z',
      'ce-datacontenttype': 'application/json',
      'ce-dataschema': 'urn:evenkeel:schema:cluster.sampled:v1',
      'ce-causationid': 'a/b',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    expect(JSON.parse(Buffer.from(body).toString())).toEqual(event.data);
    expect(await decodeEvent({ headers, body })).toEqual({ event });
  });

  test('header names are read in any case', async () => {
    const { headers, body } = await encodeEvent(event, { gzip: false });
    const shouted = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect(await decodeEvent({ headers: shouted, body })).toEqual({ event });
  });

  test('a large body is compressed where asked, and comes back', async () => {
    const large = { ...event, data: { text: 'x'.repeat(10_000) } };
    const plain = await encodeEvent(large, { gzip: false });
    const packed = await encodeEvent(large, { gzip: true });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.body.length).toBeLessThan(500);
    expect(await decodeEvent(packed)).toEqual({ event: large });
  });
});

describe('structured mode', () => {
  const headers = { 'Content-Type': 'application/cloudevents+json; charset=UTF-8' };
  const { dataschema: _, traceparent, ...rest } = event;

  test('the body holds all', async () => {
    const body = bytes(JSON.stringify(event));
    expect(await decodeEvent({ headers, body })).toEqual({ event });
  });

  test('data may be in base 64, and the trace in a header', async () => {
    const data_base64 = Buffer.from(JSON.stringify(event.data)).toString('base64');
    const body = bytes(JSON.stringify({ ...rest, data: undefined, data_base64 }));
    const decoded = await decodeEvent({ headers: { ...headers, traceparent: `${traceparent}` }, body });
    expect(decoded).toEqual({ event: { ...event, dataschema: '' } });
  });
});

describe('what is no event', () => {
  test.each([
    ['no header', {}, '{}', /specversion 1.0/u],
    ['another version', { 'ce-specversion': '0.3' }, '{}', /specversion 1.0/u],
    [
      'lacking attributes',
      { 'ce-specversion': '1.0', 'ce-id': 'x', 'ce-type': 't' },
      '{}',
      /lacks source, subject, time/u,
    ],
    ['not JSON', { 'ce-specversion': '1.0' }, '{', /not JSON/u],
    ['of another encoding', { 'content-encoding': 'br' }, '{}', /"br" is not known/u],
    ['not gzip', { 'content-encoding': 'gzip' }, '{}', /not gzip/u],
    ['structured nonsense', { 'content-type': 'application/cloudevents+json' }, 'null', /specversion 1.0/u],
  ])('%s', async (_, headers, body, reason) => {
    expect(await decodeEvent({ headers, body: bytes(body) })).toEqual({ reason: expect.stringMatching(reason) });
  });

  test('other content and times have their reasons', async () => {
    const { headers, body } = await encodeEvent(event, { gzip: false });
    const reason = async (changed: Record<string, string>) =>
      decodeEvent({ headers: { ...headers, ...changed }, body });
    expect(await reason({ 'ce-datacontenttype': 'text/plain' })).toEqual({
      reason: 'its data is text/plain, not JSON',
    });
    expect(await reason({ 'ce-time': 'yesterday' })).toEqual({ reason: 'its time "yesterday" is not RFC 3339' });
  });

  test('a body that grows without end', async () => {
    const body = gzipSync(Buffer.alloc(65 * 1_048_576));
    expect(await decodeEvent({ headers: { 'content-encoding': 'gzip' }, body })).toHaveProperty('reason');
  });
});
