import { type AnyEvent, filterOf, replaySubjectOf, type StreamClass } from '@evenkeel/contracts';
import type { Service } from './define-service.ts';

/** The name under which the replicas of a service consume for a cluster; permissions of NATS go by it. */
export const durableOf = (service: string, cluster: string): string => `${service}_${cluster}`;

/** Subjects by stream, each with that on which its dead letters are said again; decisions come first, since they are what a service must know before it decides anew. */
export function subjectsOf(service: Service, cluster: string): Map<StreamClass, string[]> {
  const events: AnyEvent[] = [...service.handlers.keys()];
  const order: StreamClass[] = ['decisions', 'commands', 'telemetry'];
  return new Map(
    order
      .map((stream) => [stream, events.filter((e) => e.stream === stream).map((e) => filterOf(e, cluster))] as const)
      .filter(([, subjects]) => subjects.length > 0)
      .map(([stream, subjects]) => [
        stream,
        [...subjects, replaySubjectOf({ stream, service: service.name, cluster }, '*')],
      ]),
  );
}

/** Subjects whose events a service only remembers: what it said itself. */
export function saidOf(service: Service, cluster: string, stream: StreamClass): string[] {
  const only = [...service.remembers.keys()].filter((event) => !service.handlers.has(event));
  return only.filter((event) => event.stream === stream).map((event) => filterOf(event, cluster));
}

/** Of those that it hears, the subjects whose events are handled again once they are forgotten. */
export function recalledOf(service: Service, cluster: string, stream: StreamClass): string[] {
  const recalled = [...service.handlers.keys()].filter((event) => event.stream === stream);
  const replayed = replaySubjectOf({ stream, service: service.name, cluster }, '*');
  return [...recalled.map((event) => filterOf(event, cluster)), replayed];
}
