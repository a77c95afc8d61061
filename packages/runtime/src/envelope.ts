import type { Outgoing } from '@evenkeel/bus';
import { type AnyEvent, type Said, subjectOf } from '@evenkeel/contracts';

export type Circumstances = {
  service: string;
  cluster: string;
  /** Id of the event that led to it, where one did. */
  cause?: string;
  trace: string;
  /** The configuration that it was decided under; a command is decided under none. */
  config_revision: string | undefined;
};

/** Puts what was said into the CloudEvent that travels; its id is what it is about, so that saying it twice is saying it once. */
export function envelope(event: AnyEvent, said: Said, circumstances: Circumstances): Outgoing {
  const { service, cluster, cause, trace, config_revision } = circumstances;
  const natural = event.id(said.data);
  return {
    stream: event.stream,
    subject: subjectOf(event, cluster, natural),
    once: event.stream !== 'telemetry',
    event: {
      specversion: '1.0',
      id: `${event.name}/${cluster}/${natural}`,
      source: `urn:evenkeel:${service}`,
      type: typeOf(event),
      subject: cluster,
      time: said.time,
      datacontenttype: 'application/json',
      dataschema: `urn:evenkeel:schema:${event.name}:v${event.version}`,
      traceparent: trace,
      ...(config_revision === undefined ? {} : { configrevision: config_revision }),
      ...(cause === undefined ? {} : { causationid: cause }),
      data: said.data,
    },
  };
}

export const typeOf = (event: { name: string; version: number }): string =>
  `dev.evenkeel.${event.name}.v${event.version}`;

/** The name in a type such as `dev.evenkeel.run.decided.v1`, of whatever version. */
export const nameOfType = (type: string): string => type.split('.').slice(2, -1).join('.');
