export * from './config-source.ts';
export * from './define-service.ts';
export { envelope, typeOf } from './envelope.ts';
export * from './health.ts';
export { createLog } from './log.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export * from './start.ts';
export { plainTracing, type Span, type Tracing, traceIdOf } from './tracing.ts';
