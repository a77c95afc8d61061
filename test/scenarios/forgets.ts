import { isDeepStrictEqual } from 'node:util';
import type { AnyRecord } from '@evenkeel/contracts';
import { filterPipeline } from '@evenkeel/filter-pipeline';
import { outcomeTracker } from '@evenkeel/outcome-tracker';
import { profiler } from '@evenkeel/profiler';
import { recommender } from '@evenkeel/recommender';
import { rebuild, type Service, traceIdOf } from '@evenkeel/runtime';
import { scorer } from '@evenkeel/scorer';
import type { Store } from '@evenkeel/store';
import type { Played } from './play.ts';

/** Those that are built again from the streams alone; what the others know is in the ledger and in Proxmox. */
const services: readonly Service[] = [profiler, scorer, recommender, filterPipeline, outcomeTracker];
const log = { debug() {}, info() {}, warn() {}, error() {} };

/** What is compared of a field that may be otherwise once it was built again, and why that changes no decision and nothing that people are told. */
const exceptions: Record<string, { same: (value: string) => string | undefined; because: string }> = {
  trace: { same: traceIdOf, because: 'it is the same trace; handling an event again is another span in it' },
};

/** Where the records that are built again from the streams differ from those that there were; none where all is well. */
export async function forgets({ bus, store, configs, simulator: { name: cluster } }: Played): Promise<string[]> {
  const before = await allOf(store, cluster);
  await rebuild(services, { bus, store, configs, cluster, log });
  const after = await allOf(store, cluster);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((place) => {
    const [was, is] = [before.get(place), after.get(place)];
    return isDeepStrictEqual(was, is) ? [] : [`built again, ${place} is ${short(is)} and was ${short(was)}`];
  });
}

const short = (value: unknown): string => JSON.stringify(value)?.slice(0, 2000) ?? 'not there';

async function allOf(store: Store, cluster: string): Promise<Map<string, unknown>> {
  const all = new Map<string, unknown>();
  for (const record of services.flatMap(({ owns }) => Object.values(owns) as AnyRecord[])) {
    for (const [part, value] of Object.entries(await store.all(cluster, record.name)))
      all.set(`${record.name} ${part}`, compared(value as object));
  }
  return all;
}

const compared = (value: object): object =>
  Object.fromEntries(
    Object.entries(value).map(([field, held]) => [field, exceptions[field]?.same(held as string) ?? held]),
  );
