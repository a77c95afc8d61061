import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ReceivedSpan = { service: string; name: string; trace: string };

type Attribute = { key: string; value: { stringValue?: string } };
type Export = {
  resourceSpans: {
    resource: { attributes: Attribute[] };
    scopeSpans: { spans: { name: string; traceId: string }[] }[];
  }[];
};

/** As much of an OpenTelemetry collector as a test needs: takes spans by OTLP over HTTP in JSON and keeps them. */
export async function receiveSpans() {
  const spans: ReceivedSpan[] = [];
  const server = createServer(async (request, response) => {
    const { resourceSpans }: Export = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString('utf8'));
    for (const { resource, scopeSpans } of resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
      for (const { name, traceId } of scopeSpans.flatMap((s) => s.spans)) spans.push({ service, name, trace: traceId });
    }
    response.setHeader('content-type', 'application/json').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
