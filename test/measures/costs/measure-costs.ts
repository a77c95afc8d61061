import { type DataOf, migrationCompleted } from '@evenkeel/contracts';
import { random } from '@evenkeel/profiler/testing';
import type { Given } from '../../scenarios/given.ts';
import { play } from '../../scenarios/play.ts';

/** A finished migration: what its duration was said to be, and what it was. */
export type Cost = { path: string; gib: number; predicted: number; low: number; high: number; actual: number };

const guests = 21;
const learned = 20;

/** Two nodes that are emptied in turn, over a link and with overheads and guests that nobody told the cost model about. */
function hiddenCluster(seed: number): Given {
  const chance = random(seed * 6_151);
  const link = 80 * 25 ** chance.between(0, 1);
  const drain = (minute: number, node: string) => ({
    minute,
    config: { automated_migrations: { maintenance_nodes: [node] } },
  });
  const seconds = (gib: number) => 20 + (gib * 1024) / link;
  const sizes = Array.from({ length: guests }, () => 2 ** chance.between(0, 4));
  const minutes = Math.ceil((1.2 * sizes.reduce((sum, gib) => sum + seconds(gib), 0)) / 60) + 10;
  return {
    minutes: 3 * minutes,
    config: {
      collection: { sample_interval_seconds: 60 },
      automated_migrations: {
        check_interval_minutes: 2,
        rules: { max_concurrent_migrations: 1, max_migrations_per_run: 20, grace_period_seconds: 0 },
      },
    },
    cluster: {
      name: 'hidden',
      seed,
      nodes: ['a', 'b'].map((name) => ({ name, threads: 64, memory_gib: 1024, link_mib_s: link })),
      migration: {
        start_s: chance.between(1, 12),
        finish_s: chance.between(1, 6),
        stream_mib_s: chance.pick([0, 300, 1000]),
        downtime_ms: chance.pick([50, 100, 300]),
      },
      guests: sizes.map((memory_gib, i) => ({
        vmid: 101 + i,
        name: `guest-${i}`,
        node: 'a',
        vcpus: chance.pick([1, 2, 4, 8]),
        memory_gib,
        memory: { level: chance.between(0.2, 0.9) },
        working_set: chance.between(0.05, 0.3),
        load: { kind: 'steady' as const, level: chance.between(0.02, 0.6), noise: 0.08 },
      })),
    },
    changes: [drain(6, 'a'), drain(minutes, 'b'), drain(2 * minutes, 'a')],
  };
}

/** Plays such a cluster, and says of each migration with at least twenty before it on its path what was said and what came. */
export async function measureCosts(seed: number): Promise<Cost[]> {
  const { events } = await play(hiddenCluster(seed));
  const before = new Map<string, number>();
  return events.flatMap(({ type, data }) => {
    if (!type.includes(`.${migrationCompleted.name}.`)) return [];
    const { migration, transfer } = data as DataOf<typeof migrationCompleted>;
    if (!transfer) return [];
    const path = `${migration.source_node}>${migration.target_node}`;
    const known = before.get(path) ?? 0;
    before.set(path, known + 1);
    if (known < learned) return [];
    const { expected: predicted, low, high } = migration.expected.duration_seconds;
    return [{ path, gib: (transfer.bytes ?? 0) / 2 ** 30, predicted, low, high, actual: transfer.duration_seconds }];
  });
}

/** Mean of how far predictions were off, as a share of what came. */
export const meanError = (costs: readonly Cost[]): number =>
  costs.reduce((sum, { predicted, actual }) => sum + Math.abs(predicted - actual) / actual, 0) / costs.length;
