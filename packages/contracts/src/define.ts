import type { z } from 'zod';
import type { StreamClass } from './streams.ts';

/** What an event is, said once: type, validation, subject, retention, schema and documentation derive from it. */
export type EventDeclaration<Name extends string = string, Schema extends z.ZodType = z.ZodType> = {
  name: Name;
  version: number;
  stream: StreamClass;
  summary: string;
  data: Schema;
  /** The cluster whose events are handled in order with this one. */
  key: (data: z.output<Schema>) => string;
  /** What it is about, unique within the event's name and cluster; saying it twice is saying it once. */
  id: (data: z.output<Schema>) => string;
  /** Where another one of this subject was said before, nothing is said that was decided along with this one. */
  leads?: true;
  /** Moments by which others tell new from old, RFC 3339 or epoch seconds: what says one that is yet to come is not believed. */
  moments?: (data: z.output<Schema>) => Record<string, string | number>;
  /** Whether it is told by a clock of its own; else, where this is asked at all, one that is yet to come by the machine's is not believed. */
  own_clock?: (data: z.output<Schema>) => boolean;
  /** The most bytes of its encoded body, measured by the test of budgets. */
  budget_bytes: number;
};

/** An event that a handler returns: which, with what data, at what time of the cluster (RFC 3339). */
export type Said<Name extends string = string, Data = unknown> = {
  name: Name;
  data: Data;
  time: string;
  /** W3C traceparent that it belongs to, where that is not the trace of what is being handled. */
  trace?: string | undefined;
};

export type EventType<Name extends string = string, Schema extends z.ZodType = z.ZodType> = EventDeclaration<
  Name,
  Schema
> & {
  of: (data: z.input<Schema>, time: string, trace?: string) => Said<Name, z.output<Schema>>;
};

// biome-ignore lint/suspicious/noExplicitAny: the one place where any schema fits
export type AnyEvent = EventType<string, any>;
export type DataOf<E> = E extends EventType<string, infer S> ? z.output<S> : never;

export function defineEvent<Name extends string, Schema extends z.ZodType>(
  declaration: EventDeclaration<Name, Schema>,
): EventType<Name, Schema> {
  return {
    ...declaration,
    of: (data, time, trace) => ({ name: declaration.name, data: data as z.output<Schema>, time, trace }),
  };
}

/** What stays: one value per cluster and part (a node, a guest, or `all`), written by its owner only. */
export type RecordDeclaration<Name extends string = string, Schema extends z.ZodType = z.ZodType> = {
  name: Name;
  owner: string;
  summary: string;
  data: Schema;
  budget_bytes: number;
};
export type RecordType<Name extends string = string, Schema extends z.ZodType = z.ZodType> = RecordDeclaration<
  Name,
  Schema
>;
// biome-ignore lint/suspicious/noExplicitAny: the one place where any schema fits
export type AnyRecord = RecordType<string, any>;
export type ValueOf<R> = R extends RecordType<string, infer S> ? z.output<S> : never;

export function defineRecord<Name extends string, Schema extends z.ZodType>(
  declaration: RecordDeclaration<Name, Schema>,
): RecordType<Name, Schema> {
  return declaration;
}
