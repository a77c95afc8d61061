import type { Outgoing } from '@evenkeel/bus';
import type { Config, Said } from '@evenkeel/contracts';
import type { Bench } from './bench.ts';
import { bind } from './bind.ts';
import { type ConfigSource, UnknownConfig } from './config-source.ts';
import type { Handler, Timer } from './define-service.ts';
import { envelopes } from './envelopes.ts';
import { flush } from './outbox.ts';
import { blame, HandlerFailed, marked } from './outside.ts';
import { type Buffer, emptyCache, openBuffer, openReader } from './state.ts';
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
  /** Its place in its stream. */
  position?: { stream: string; sequence: number };
  /** Was handled before: what is said because of it was said then. */
  silent?: boolean;
};

const receiptSeconds = 86_400;

/** The store was emptied, or lost its latest seconds; what it knew is built again from the streams. */
class StoreForgot extends Error {
  override name = 'StoreForgot';
  override message = 'the store has forgotten what it knew';
}

/** Handles work up to its commit, one at a time, and says what came of it; false where another replica was faster. */
export function createDecide(bench: Bench): (work: Work) => Promise<boolean> {
  const { ground, scope, cache } = bench;
  const records = marked(ground.store);
  const ledger = marked(ground.bus.ledger);
  let seen = 0;

  const versionOf = async (): Promise<number> => {
    const version = await ground.store.version(scope);
    const hasForgotten = version < seen;
    seen = version;
    if (hasForgotten) {
      ground.on_forgotten?.();
      throw new StoreForgot();
    }
    if (version !== cache.version) Object.assign(cache, emptyCache(), { version });
    return version;
  };

  return async (work) => {
    const version = await versionOf();
    const buffer = openBuffer(records, bench.cluster, cache);
    const config = await configAt(ground.configs, work.revision);
    const context = { ...contextOf(bench, work), config, ledger, state: stateOf(bench, records, buffer) };
    const said = await handle(bench, work, context);
    const outbox = work.silent ? [] : said;
    const writes = buffer.writes();
    if (!work.input && writes.length === 0 && outbox.length === 0) return true;
    const committed = await ground.store.commit(scope, {
      ...receiptOf(work),
      expected_version: version,
      writes,
      outbox,
    });
    if (committed === null) {
      cache.version = -1;
      return false;
    }
    seen = committed;
    buffer.keep(committed);
    await flush(bench);
    return true;
  };
}

/** What is laid aside is applied as far as it ever will be; where another replica commits meanwhile, its position says so. */
export async function pass({ ground, scope }: Bench, work: Pick<Work, 'cause' | 'position'>): Promise<void> {
  const expected_version = await ground.store.version(scope);
  await ground.store.commit(scope, { ...receiptOf(work), expected_version, writes: [], outbox: [] });
}

const receiptOf = ({ cause, position }: Pick<Work, 'cause' | 'position'>) => ({
  cause,
  receipt_ttl_seconds: receiptSeconds,
  ...(position ? { position } : {}),
});

function contextOf({ cluster, ground, log }: Bench, { now, revision, trace, cause }: Work) {
  return {
    cluster,
    now,
    config_revision: revision,
    current_config: ground.configs.current().config,
    kill_switch: ground.kill_switch?.() ?? null,
    trace,
    log: bind(log, { trace_id: traceIdOf(trace), cause }),
    proxmox: ground.proxmox,
  };
}

function stateOf({ cluster, service }: Bench, records: Bench['ground']['store'], buffer: Buffer): object {
  const read = Object.entries(service.reads).map(([name, record]) => [name, openReader(records, cluster, record)]);
  const owned = Object.entries(service.owns).map(([name, record]) => [name, buffer.handle(record)]);
  return Object.fromEntries([...read, ...owned]);
}

/** What the handler says, as it will travel; whatever goes wrong in between is the handler's, unless it came from outside. */
async function handle(bench: Bench, { input, timer, trace, cause }: Work, context: object): Promise<Outgoing[]> {
  try {
    let said: readonly Said[] = [];
    if (input) said = await heard(input, context);
    else if (timer) said = await timer.handle(context as never);
    const { config_revision } = context as { config_revision: string };
    return envelopes(bench, said, { trace, config_revision, ...(input ? { cause } : {}) });
  } catch (error) {
    throw blame(error);
  }
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
