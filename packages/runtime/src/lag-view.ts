import type { Consumption } from '@evenkeel/bus';
import type { StreamClass } from '@evenkeel/contracts';
import type { Metrics } from './metrics.ts';

type Lagging = {
  service: { name: string };
  cluster: { name: string };
  consumptions: ReadonlyMap<StreamClass, Pick<Consumption, 'pending'>>;
};

/** How long whoever asks for the figures waits for the server, machine milliseconds. */
const patience_ms = 1_000;

/** Asks the server how much waits for each consumer, all at once; what it does not answer in time is absent rather than invented. */
export function createLagView({ lag }: Pick<Metrics, 'lag'>) {
  const asked = new Map<Pick<Consumption, 'pending'>, Promise<number | null>>();

  const pending = (consumption: Pick<Consumption, 'pending'>): Promise<number | null> => {
    const before = asked.get(consumption);
    if (before) return before;
    const answer = consumption
      .pending()
      .catch(() => null)
      .finally(() => asked.delete(consumption));
    asked.set(consumption, answer);
    return answer;
  };

  return {
    refresh: async (running: readonly Lagging[]): Promise<void> => {
      const all = running.flatMap(({ service, cluster, consumptions }) =>
        [...consumptions].map(([stream, consumption]) => ({
          labels: { service: service.name, stream, cluster: cluster.name },
          consumption,
        })),
      );
      const late = afterPatience();
      const answers = await Promise.all(
        all.map(({ consumption }) => Promise.race([pending(consumption), late.promise])),
      );
      late.cancel();
      lag.reset();
      for (const [i, { labels }] of all.entries()) if (answers[i] != null) lag.set(labels, answers[i]);
    },
  };
}

function afterPatience(): { promise: Promise<null>; cancel: () => void } {
  const { promise, resolve } = Promise.withResolvers<null>();
  const timer = setTimeout(() => resolve(null), patience_ms);
  return { promise, cancel: () => clearTimeout(timer) };
}
