export type SpanKind = 'consumer' | 'producer' | 'internal' | 'client';

export type Span = {
  /** W3C traceparent of this span. */
  traceparent: string;
  end: (error?: unknown) => void;
};

/** Spans of what the runtime does; a span without a parent begins a trace. */
export type Tracing = {
  start: (span: {
    name: string;
    kind: SpanKind;
    parent?: string | undefined;
    links?: string[];
    attributes?: Record<string, string | number>;
  }) => Span;
  close: () => Promise<void>;
};

/** Ids only, for when nobody collects spans: events and logs can still be followed by them. */
export function plainTracing(random: (bytes: number) => string): Tracing {
  return {
    start: ({ parent }) => ({
      traceparent: `00-${traceIdOf(parent) ?? random(16)}-${random(8)}-01`,
      end: () => {},
    }),
    close: async () => {},
  };
}

export function traceIdOf(traceparent: string | undefined): string | undefined {
  return traceparent?.match(/^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/)?.[1];
}
