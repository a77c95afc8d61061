import { type CloudEvent, records } from '@evenkeel/contracts';
import type { FaultInput } from '@evenkeel/simulator';
import { hostile, type Order } from '../../scenarios/hostile.ts';
import { type Played, play } from '../../scenarios/play.ts';
import { drawFrom } from '../one-process/draw.ts';
import { nodesOf, type Size, soakCluster } from './soak-cluster.ts';

const size: Size = { nodes: 4, guests: 40 };

/** Every service but the executor has something to do: what it does changes the cluster, and with that all that comes. */
const givenOf = (seed: number, minutes: number) => {
  const draw = drawFrom(seed);
  const { tokens: _, ...cluster } = soakCluster(size, seed);
  const maintenance = (node: string): FaultInput => ({
    kind: 'maintenance',
    node,
    after_s: draw.from(300, 900),
    for_s: 900,
  });
  return {
    cluster: {
      ...cluster,
      faults: [maintenance(draw.one(nodesOf(size))), { kind: 'fail' as const, after_s: 400, times: 1 }],
    },
    minutes,
    config: { automated_migrations: { dry_run: true } },
  };
};

/** Says nothing of the cluster: which trace something belongs to, and how often the collector had to look until it was heard. */
const beside = new Set(['trace', 'traceparent', 'tracestate', 'sequence', 'sample_sequence']);
const asText = (value: unknown): string =>
  JSON.stringify(value, (key, item: unknown) => {
    if (beside.has(key)) return undefined;
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
  });

const saidBy = ({ events }: Played): string[] =>
  events.map(({ id, type, time, data }: CloudEvent) => asText({ id, type, time, data })).sort();

/** All that the services know at the end, part by part; how far they have read is theirs alone. */
async function knownBy({ store, simulator }: Played): Promise<string[]> {
  const parts = records.map(async ({ name }) =>
    Object.entries(await store.all(simulator.name, name)).map(([part, value]) => `${name} ${part}: ${asText(value)}`),
  );
  return (await Promise.all(parts)).flat().sort();
}

/** Decisions and state (I7) that differ where every publish fails at first and everything comes twice, late and in any order; empty where all is the same. */
export async function playInAnyOrder(
  seed: number,
  minutes: number,
  order: Order,
): Promise<{ compared: number; differing: string[] }> {
  const given = givenOf(seed, minutes);
  const [plain, tangled] = [await play(given), await play(given, hostile(seed, order))];
  const [one, other] = [
    [...saidBy(plain), ...(await knownBy(plain))],
    [...saidBy(tangled), ...(await knownBy(tangled))],
  ];
  const [a, b] = [new Set(one), new Set(other)];
  const differing = [
    ...one.filter((line) => !b.has(line)).map((line) => `only in order: ${line}`),
    ...other.filter((line) => !a.has(line)).map((line) => `only in disorder: ${line}`),
  ];
  return { compared: one.length, differing };
}
