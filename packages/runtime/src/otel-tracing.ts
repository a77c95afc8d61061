import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { Tracing } from './tracing.ts';

const kinds = {
  consumer: SpanKind.CONSUMER,
  producer: SpanKind.PRODUCER,
  internal: SpanKind.INTERNAL,
  client: SpanKind.CLIENT,
};

/** Sends spans by OTLP over HTTP to where the standard `OTEL_EXPORTER_OTLP_*` variables say; the other `OTEL_*` variables of traces hold, too. */
export function openTelemetry(service: string, version: string): Tracing {
  const sdk = new NodeSDK({
    resource: resourceFromAttributes({
      'service.name': `evenkeel-${service}`,
      'service.namespace': 'evenkeel',
      'service.version': version,
    }),
    traceExporter: new OTLPTraceExporter(),
    instrumentations: [],
    metricReaders: [],
    logRecordProcessors: [],
  });
  sdk.start();
  const tracer = trace.getTracer('evenkeel', version);
  return {
    start: ({ name, kind, parent, links = [], attributes = {} }) => {
      const remote = parentOf(parent);
      const span = tracer.startSpan(
        name,
        {
          kind: kinds[kind],
          attributes: { 'messaging.system': 'nats', ...attributes },
          links: links
            .map(parentOf)
            .filter((c) => c !== undefined)
            .map((c) => ({ context: c })),
        },
        remote ? trace.setSpanContext(ROOT_CONTEXT, remote) : ROOT_CONTEXT,
      );
      const { traceId, spanId } = span.spanContext();
      return {
        traceparent: `00-${traceId}-${spanId}-01`,
        end: (error) => {
          if (error !== undefined) {
            span.setStatus({
              code: SpanStatusCode.ERROR,
              message: error instanceof Error ? error.message : String(error),
            });
          }
          span.end();
        },
      };
    },
    close: () => sdk.shutdown(),
  };
}

function parentOf(traceparent: string | undefined) {
  const [, traceId, spanId] = traceparent?.match(/^00-([0-9a-f]{32})-([0-9a-f]{16})-/) ?? [];
  return traceId && spanId ? { traceId, spanId, traceFlags: 1, isRemote: true } : undefined;
}
