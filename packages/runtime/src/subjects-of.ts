import { type AnyEvent, filterOf, type StreamClass } from '@evenkeel/contracts';
import type { Service } from './define-service.ts';

/** Subjects by stream; decisions come first, since they are what a service must know before it decides anew. */
export function subjectsOf(service: Service, cluster: string): Map<StreamClass, string[]> {
  const events: AnyEvent[] = [...service.handlers.keys()];
  const order: StreamClass[] = ['decisions', 'commands', 'telemetry'];
  return new Map(
    order
      .map((stream) => [stream, events.filter((e) => e.stream === stream).map((e) => filterOf(e, cluster))] as const)
      .filter(([, subjects]) => subjects.length > 0),
  );
}
