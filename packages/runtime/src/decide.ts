import type { Outgoing } from '@evenkeel/bus';
import type { Said } from '@evenkeel/contracts';
import { stillKnows, type Version } from '@evenkeel/store';
import { createAskHandler, type Work } from './ask-handler.ts';
import { type Bench, commit, forget } from './bench.ts';
import { envelopes } from './envelopes.ts';
import { flush } from './outbox.ts';
import { blame, marked } from './outside.ts';
import { emptyCache, openBuffer } from './state.ts';

export const receiptSeconds = 86_400;

/** The store was emptied, or lost its latest seconds; what it knew is built again from the streams. */
class StoreForgot extends Error {
  override name = 'StoreForgot';
  override message = 'the store has forgotten what it knew';
}

/** Of the store, where it knows all that this worker has seen it know; what waits in line meanwhile finds out as well, until the memory is looked at. */
async function versionHeld({ ground, scope, seen }: Bench): Promise<Version> {
  const version = await ground.store.version(scope);
  if (stillKnows(version, seen)) return version;
  ground.on_forgotten?.();
  throw new StoreForgot();
}

/** Handles work up to its commit, one at a time, and says what came of it; false where another replica was faster. */
export function createDecide(bench: Bench): (work: Work) => Promise<boolean> {
  const { ground, cache } = bench;
  const records = marked(ground.store);
  const ask = createAskHandler(bench);

  const versionOf = async (): Promise<Version> => {
    const version = await versionHeld(bench);
    bench.seen = version;
    if (version !== cache.version) Object.assign(cache, emptyCache(), { version });
    return version;
  };

  return async (work) => {
    const version = await versionOf();
    const buffer = openBuffer(records, bench.cluster, cache);
    const outbox = outgoing(bench, work, await ask(work, buffer));
    const writes = buffer.writes();
    if (!work.input && writes.length === 0 && outbox.length === 0) return true;
    const committed = await commit(bench, { ...receiptOf(work), expected_version: version, writes, outbox });
    if (committed === null) {
      forget(bench);
      return false;
    }
    buffer.keep(committed);
    await flush(bench);
    return true;
  };
}

/** What is laid aside is applied as far as it ever will be; where another replica commits meanwhile, its position says so. */
export async function pass(bench: Bench, work: Pick<Work, 'cause' | 'position'>): Promise<void> {
  const expected_version = await versionHeld(bench);
  await commit(bench, { ...receiptOf(work), expected_version, writes: [], outbox: [] });
}

const receiptOf = ({ cause, position }: Pick<Work, 'cause' | 'position'>) => ({
  causes: [cause],
  receipt_ttl_seconds: receiptSeconds,
  ...(position ? { positions: [position] } : {}),
});

/** What was said, as it will travel; where that is not declared or not valid, the handler has failed. */
function outgoing(bench: Bench, { input, trace, revision, cause }: Work, said: readonly Said[]): Outgoing[] {
  try {
    return envelopes(bench, said, { trace, config_revision: revision, ...(input ? { cause } : {}) });
  } catch (error) {
    throw blame(error);
  }
}
