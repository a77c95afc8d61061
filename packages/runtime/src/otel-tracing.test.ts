import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { openTelemetry } from './otel-tracing.ts';

afterEach(() => vi.unstubAllEnvs());

test('spans reach the collector, named and joined to the trace of the event that caused them', async () => {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    bodies.push(`${request.url} ${Buffer.concat(parts).toString('utf8')}`);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment.name=lab');
  try {
    const tracing = openTelemetry('scorer', '1.2.3');
    const traceId = 'a'.repeat(32);
    const span = tracing.start({ name: 'handle', kind: 'consumer', parent: `00-${traceId}-${'b'.repeat(16)}-01` });
    span.end(new Error('broken wire'));
    await tracing.close();
    expect(span.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
    const sent = bodies.join('\n');
    expect(sent).toContain('/v1/traces');
    for (const part of ['evenkeel-scorer', 'deployment.environment.name', traceId, 'broken wire'])
      expect(sent).toContain(part);
  } finally {
    server.close();
  }
});
