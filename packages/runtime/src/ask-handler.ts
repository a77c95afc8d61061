import { type Config, configFor, type Said } from '@evenkeel/contracts';
import type { Bench } from './bench.ts';
import { bind } from './bind.ts';
import { type ConfigSource, UnknownConfig } from './config-source.ts';
import type { Handler, Timer } from './define-service.ts';
import { blame, HandlerFailed, marked } from './outside.ts';
import { type Buffer, openReader } from './state.ts';
import { traceIdOf } from './tracing.ts';

/** One thing to handle: an event, or a timer's tick where there is no input. */
export type Work = {
  input?: { handler: Handler; data: unknown; id: string; sequence: number };
  timer?: Timer;
  /** Epoch milliseconds. */
  now: number;
  revision: string;
  trace: string;
  cause: string;
  /** Was handled before, and nothing that is said is heard. */
  recalled?: boolean;
  /** Why it must not be acted on. */
  untrusted?: string;
  /** Its place in its stream. */
  position?: { stream: string; sequence: number };
};

/** What a handler says on a piece of work, with its writes in the buffer; whatever goes wrong in between is the handler's, unless it came from outside. */
export type AskHandler = (work: Work, buffer: Buffer) => Promise<readonly Said[]>;

export function createAskHandler(bench: Bench): AskHandler {
  const { ground, service, cluster } = bench;
  const records = marked(ground.store);
  const stateOf = (buffer: Buffer): object => {
    const read = Object.entries(service.reads).map(([name, record]) => [name, openReader(records, cluster, record)]);
    const owned = Object.entries(service.owns).map(([name, record]) => [name, buffer.handle(record)]);
    return Object.fromEntries([...read, ...owned]);
  };

  return async (work, buffer) => {
    const config = configFor(await configAt(ground.configs, work.revision), cluster);
    const context = { ...contextOf(bench, work), config, state: stateOf(buffer) };
    try {
      if (work.input) return await heard(work.input, context);
      return work.timer ? await work.timer.handle(context as never) : [];
    } catch (error) {
      throw blame(error);
    }
  };
}

/** All that a handler is given but its state and the configuration of what it handles. */
export function contextOf({ cluster, ground, log }: Bench, work: Work) {
  const { now, revision, trace, cause, recalled = false, untrusted } = work;
  return {
    ...(untrusted === undefined ? {} : { untrusted }),
    cluster,
    now,
    config_revision: revision,
    current_config: configFor(ground.configs.current().config, cluster),
    departed: (ground.departed?.(cluster) ?? null) !== null,
    kill_switch: ground.kill_switch?.() ?? null,
    recalled,
    trace,
    log: bind(log, { trace_id: traceIdOf(trace), cause }),
    proxmox: ground.proxmox,
    ledger: marked(ground.bus.ledger),
  };
}

const heard = ({ handler, ...event }: NonNullable<Work['input']>, context: object): Promise<readonly Said[]> =>
  handler(event as never, context as never);

async function configAt(configs: ConfigSource, revision: string): Promise<Config> {
  try {
    return await configs.at(revision);
  } catch (error) {
    throw error instanceof UnknownConfig ? new HandlerFailed(error.message, { cause: error }) : error;
  }
}
