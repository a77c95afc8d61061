import type { Ledger } from '@evenkeel/bus';
import type { AnyEvent, AnyRecord, Config, DataOf, Said, ValueOf } from '@evenkeel/contracts';
import type { Proxmox } from '@evenkeel/proxmox';

/** One record as a handler sees it; writes are buffered and committed with the events that the handler returns. */
export type RecordHandle<R extends AnyRecord> = {
  get: (part?: string) => Promise<ValueOf<R> | undefined>;
  all: () => Promise<Record<string, ValueOf<R>>>;
  set: (value: ValueOf<R>, part?: string) => void;
  remove: (part?: string) => void;
};
export type RecordReader<R extends AnyRecord> = Pick<RecordHandle<R>, 'get' | 'all'>;

export type Log = {
  debug: (fields: object, message: string) => void;
  info: (fields: object, message: string) => void;
  warn: (fields: object, message: string) => void;
  error: (fields: object, message: string) => void;
};

/** Outside things that a service may ask for. */
export type Uses = { proxmox?: 'read' | 'write'; ledger?: true };

export type Context<Owns extends Record<string, AnyRecord>, Reads extends Record<string, AnyRecord>> = {
  cluster: string;
  /** Time of the event (or, in a timer, of the cluster), epoch milliseconds. */
  now: number;
  /** The configuration in force for this event, as it holds in the cluster. */
  config: Config;
  config_revision: string;
  /** The configuration in force now, which may be a later one: what switches off, switches off at once. */
  current_config: Config;
  /** True where the event was handled before and forgotten since: all was said then, so that only what is remembered counts. */
  recalled?: boolean;
  /** True where no configuration names the cluster any more: what was begun there is followed to its end, nothing new starts. */
  departed: boolean;
  /** Why this process must write nothing to Proxmox, whatever else holds; null where it may. */
  kill_switch: string | null;
  /** Why what is being handled must not be acted on: it is an approval without a good signature; absent where it may. */
  untrusted?: string;
  /** W3C traceparent of what is being handled: keep it with what goes on later. */
  trace: string;
  state: { [K in keyof Owns]: RecordHandle<Owns[K]> } & { [K in keyof Reads]: RecordReader<Reads[K]> };
  log: Log;
  /** Only where the service declares that it uses it. */
  proxmox: Proxmox;
  /** Only where the service declares that it uses it. */
  ledger: Ledger;
};

type SaidOf<Publishes extends readonly AnyEvent[]> = Publishes[number] extends infer E
  ? E extends AnyEvent
    ? Said<E['name'], DataOf<E>>
    : never
  : never;

export type Handler = (
  event: { data: never; id: string; sequence?: number },
  context: never,
) => Promise<readonly Said[]>;
export type Timer = {
  seconds: (config: Config) => number;
  time: 'cluster' | 'machine';
  handle: (context: never) => Promise<readonly Said[]>;
};

export type ServiceDeclaration<
  Owns extends Record<string, AnyRecord>,
  Reads extends Record<string, AnyRecord>,
  Publishes extends readonly AnyEvent[],
> = {
  name: string;
  summary: string;
  owns: Owns;
  reads: Reads;
  uses?: Uses;
  publishes: Publishes;
  /** What it has begun outside in a cluster and must follow to its end, in words: until there is none it works there, whatever is configured. */
  begun?: (of: { cluster: string; ledger: Pick<Ledger, 'list'> }) => Promise<string[]>;
};

/** A service as the runtime runs it and the tests of the topology read it. */
export type Service = ServiceDeclaration<Record<string, AnyRecord>, Record<string, AnyRecord>, readonly AnyEvent[]> & {
  handlers: ReadonlyMap<AnyEvent, Handler>;
  timers: readonly Timer[];
  /** What is done instead of handling an old event again; of events without a handler, what the service remembers of its own sayings. */
  remembers: ReadonlyMap<AnyEvent, Handler>;
  /** What it still says before it works no more in a cluster that no configuration names. */
  farewell?: Timer['handle'];
  /** What goes on in the place of a timer while the store does not answer. */
  meanwhile?: (context: never) => Promise<void>;
};

/** A service that is being declared: each trigger added gives a new one. */
export type ServiceBuilder<
  Owns extends Record<string, AnyRecord>,
  Reads extends Record<string, AnyRecord>,
  Publishes extends readonly AnyEvent[],
> = ServiceDeclaration<Owns, Reads, Publishes> &
  Pick<Service, 'handlers' | 'timers' | 'remembers' | 'farewell' | 'meanwhile'> & {
    /** On this event, decide what to remember and what to say. */
    on: <E extends AnyEvent>(
      event: E,
      handler: (
        /** `sequence` is its place in its stream, the same at every delivery. */
        event: { data: DataOf<E>; id: string; sequence: number },
        context: Context<Owns, Reads>,
      ) => Promise<readonly SaidOf<Publishes>[]>,
    ) => ServiceBuilder<Owns, Reads, Publishes>;
    /**
     * Once the store has forgotten, on this old event: what it left behind, without deciding anew. For events that nothing here is on,
     * up to the last that was said: a service so knows what it said itself. It may have known that event all the time.
     */
    remember: <E extends AnyEvent>(
      event: E,
      handler: (
        event: { data: DataOf<E>; id: string; sequence: number },
        context: Context<Owns, Reads>,
      ) => Promise<void>,
    ) => ServiceBuilder<Owns, Reads, Publishes>;
    /** Once, before it works no more in a cluster that no configuration names; again where that failed. */
    leave: (
      handler: (context: Context<Owns, Reads>) => Promise<readonly SaidOf<Publishes>[]>,
    ) => ServiceBuilder<Owns, Reads, Publishes>;
    /** In the place of its timers while the store does not answer, or is being built again: with what is outside, and nothing is remembered or said. */
    withoutStore: (
      handler: (context: Omit<Context<Owns, Reads>, 'state'>) => Promise<void>,
    ) => ServiceBuilder<Owns, Reads, Publishes>;
    /** Every so often in each cluster, by the cluster's clock or the machine's. */
    every: (
      time: 'cluster' | 'machine',
      seconds: (config: Config) => number,
      handler: (context: Context<Owns, Reads>) => Promise<readonly SaidOf<Publishes>[]>,
    ) => ServiceBuilder<Owns, Reads, Publishes>;
  };

export function defineService<
  const Owns extends Record<string, AnyRecord>,
  const Reads extends Record<string, AnyRecord>,
  const Publishes extends readonly AnyEvent[],
>(declaration: ServiceDeclaration<Owns, Reads, Publishes>): ServiceBuilder<Owns, Reads, Publishes> {
  type Parts = Pick<Service, 'handlers' | 'timers' | 'remembers' | 'farewell' | 'meanwhile'>;
  const build = (parts: Parts): ServiceBuilder<Owns, Reads, Publishes> => ({
    ...declaration,
    ...parts,
    on: (event, handler) =>
      build({ ...parts, handlers: new Map([...parts.handlers, [event, handler as unknown as Handler]]) }),
    remember: (event, handler) => {
      const silent = async (...given: Parameters<typeof handler>) => {
        await handler(...given);
        return [];
      };
      return build({ ...parts, remembers: new Map([...parts.remembers, [event, silent as unknown as Handler]]) });
    },
    leave: (handler) => build({ ...parts, farewell: handler as unknown as Timer['handle'] }),
    withoutStore: (handler) => build({ ...parts, meanwhile: handler }),
    every: (time, seconds, handler) =>
      build({
        ...parts,
        timers: [...parts.timers, { seconds, time, handle: handler as unknown as Timer['handle'] }],
      }),
  });
  return build({ handlers: new Map(), timers: [], remembers: new Map() });
}
