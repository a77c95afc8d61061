import type {
  clusterSampled,
  DataOf,
  invariantBroken,
  migrationCompleted,
  outcomeRecorded,
  recommendationDecided,
  runDecided,
  Said,
} from '@evenkeel/contracts';
import type { Metrics } from './metrics.ts';

type Observer = (metrics: Metrics, data: never, cluster: string) => void;

/** What each event says to the metrics: they are a view of the events, nothing else. */
const observers: Record<string, Observer> = {
  'cluster.sampled': (m, { at, paused, kill_switch }: DataOf<typeof clusterSampled>, cluster) => {
    m.sampleTime.set({ cluster }, Date.parse(at) / 1000);
    m.paused.set({ cluster, by: 'pause' }, paused === undefined ? 0 : 1);
    m.paused.set({ cluster, by: 'kill_switch' }, kill_switch === undefined ? 0 : 1);
  },
  'recommendation.decided': (m, data: DataOf<typeof recommendationDecided>, cluster) =>
    m.recommendations.inc({ cluster, action: data.action }),
  'run.decided': (m, data: DataOf<typeof runDecided>, cluster) => {
    m.imbalance.set({ cluster, resource: 'cpu' }, data.imbalance.cpu / 100);
    m.imbalance.set({ cluster, resource: 'memory' }, data.imbalance.mem / 100);
  },
  'migration.approved': (m, _data, cluster) => m.migrations.inc({ cluster, result: 'approved' }),
  'migration.started': (m, _data, cluster) => m.migrations.inc({ cluster, result: 'started' }),
  'migration.failed': (m, _data, cluster) => m.migrations.inc({ cluster, result: 'failed' }),
  'migration.refused': (m, _data, cluster) => m.migrations.inc({ cluster, result: 'refused' }),
  'migration.completed': (m, { transfer, migration }: DataOf<typeof migrationCompleted>, cluster) => {
    m.migrations.inc({ cluster, result: 'completed' });
    if (migration.parent_id !== undefined) m.migrations.inc({ cluster, result: 'brought_back' });
    if (transfer) m.migrationSeconds.observe({ cluster }, transfer.duration_seconds);
    if (transfer?.downtime_seconds !== undefined) m.downtimeSeconds.observe({ cluster }, transfer.downtime_seconds);
  },
  'invariant.broken': (m, { invariant }: DataOf<typeof invariantBroken>) => m.broken.inc({ invariant }),
  'outcome.recorded': (m, { outcome }: DataOf<typeof outcomeRecorded>, cluster) => {
    m.outcomes.inc({ cluster, horizon: outcome.horizon, verdict: outcome.verdict ?? 'unjudged' });
    if (outcome.error !== undefined) m.gainError.observe({ cluster, horizon: outcome.horizon }, outcome.error);
  },
};

export function observe(metrics: Metrics, said: Pick<Said, 'name' | 'data'>, cluster: string): void {
  observers[said.name]?.(metrics, said.data as never, cluster);
}
