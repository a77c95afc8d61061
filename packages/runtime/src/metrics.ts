import { type Invariant, invariants } from '@evenkeel/contracts';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** So that whoever watches them sees the first one, too. */
function startingAtZero(counter: Counter<'invariant'>): Counter<'invariant'> {
  for (const invariant of Object.keys(invariants)) counter.inc({ invariant }, 0);
  return counter;
}

export type Metrics = ReturnType<typeof createMetrics>;

/** Each invariant that was broken since this process started: its name, how often, and what it promises. */
export async function brokenInvariants({ broken }: Metrics): Promise<string[]> {
  const { values } = await broken.get();
  const since = values.filter(({ value }) => value > 0);
  return since.map(
    ({ labels: { invariant }, value }) => `${invariant} ${value}×: ${invariants[invariant as Invariant]}`,
  );
}

/** Every metric of the runtime, in one registry per process. */
export function createMetrics(version: string, options: { process?: boolean } = {}) {
  const registry = new Registry();
  const registers = [registry];
  if (options.process ?? true) collectDefaultMetrics({ register: registry });
  new Gauge({ name: 'evenkeel_build_info', help: 'Version that runs.', labelNames: ['version'], registers }).set(
    { version },
    1,
  );
  return {
    registry,
    handled: new Counter({
      name: 'evenkeel_events_handled_total',
      help: 'Events handled, by result: done, repeated, conflict, retried, buried.',
      labelNames: ['service', 'event', 'result'],
      registers,
    }),
    handling: new Histogram({
      name: 'evenkeel_handler_duration_seconds',
      help: 'Time from taking an event to its acknowledgement.',
      labelNames: ['service', 'event'],
      buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers,
    }),
    published: new Counter({
      name: 'evenkeel_events_published_total',
      help: 'Events published, by what the server answered: stored, duplicate, conflict, too_large.',
      labelNames: ['service', 'event', 'status'],
      registers,
    }),
    lag: new Gauge({
      name: 'evenkeel_consumer_lag_messages',
      help: 'Messages that wait for a service.',
      labelNames: ['service', 'stream', 'cluster'],
      registers,
    }),
    outbox: new Gauge({
      name: 'evenkeel_outbox_pending',
      help: 'Events that are committed and not yet published.',
      labelNames: ['service', 'cluster'],
      registers,
    }),
    buried: new Counter({
      name: 'evenkeel_dead_letters_total',
      help: 'Messages laid aside because they could not be handled.',
      labelNames: ['service', 'stream'],
      registers,
    }),
    timers: new Counter({
      name: 'evenkeel_timer_runs_total',
      help: 'Timer runs by result: done, conflict, failed.',
      labelNames: ['service', 'cluster', 'result'],
      registers,
    }),
    api: new Counter({
      name: 'evenkeel_pve_api_requests_total',
      help: 'Requests to the Proxmox API by method and status.',
      labelNames: ['cluster', 'method', 'code'],
      registers,
    }),
    sampleTime: new Gauge({
      name: 'evenkeel_snapshot_timestamp_seconds',
      help: 'Cluster time of the last sample.',
      labelNames: ['cluster'],
      registers,
    }),
    paused: new Gauge({
      name: 'evenkeel_paused',
      help: 'Whether nothing moves because somebody stopped it, 0 or 1, by pause and by kill switch; as of the last sample.',
      labelNames: ['cluster', 'by'],
      registers,
    }),
    recommendations: new Counter({
      name: 'evenkeel_recommendations_total',
      help: 'Recommendations decided, by action.',
      labelNames: ['cluster', 'action'],
      registers,
    }),
    migrations: new Counter({
      name: 'evenkeel_migrations_total',
      help: 'Migrations by result: approved, started, completed, failed, refused; brought_back of those completed.',
      labelNames: ['cluster', 'result'],
      registers,
    }),
    migrationSeconds: new Histogram({
      name: 'evenkeel_migration_duration_seconds',
      help: 'Duration of completed migrations.',
      labelNames: ['cluster'],
      buckets: [5, 10, 20, 40, 80, 160, 320, 640, 1800],
      registers,
    }),
    downtimeSeconds: new Histogram({
      name: 'evenkeel_migration_downtime_seconds',
      help: 'Downtime of completed migrations, where the log says it.',
      labelNames: ['cluster'],
      buckets: [0.01, 0.05, 0.1, 0.2, 0.5, 1, 5, 30],
      registers,
    }),
    outcomes: new Counter({
      name: 'evenkeel_outcomes_total',
      help: 'Judged migrations by horizon and verdict.',
      labelNames: ['cluster', 'horizon', 'verdict'],
      registers,
    }),
    gainError: new Histogram({
      name: 'evenkeel_prediction_error_points',
      help: 'Actual less expected gain, penalty points.',
      labelNames: ['cluster', 'horizon'],
      buckets: [-50, -20, -10, -5, -2, 0, 2, 5, 10, 20, 50],
      registers,
    }),
    broken: startingAtZero(
      new Counter({
        name: 'evenkeel_invariant_violations_total',
        help: 'What Evenkeel promises never happens and did, by invariant; counted by the outcome-tracker.',
        labelNames: ['invariant'],
        registers,
      }),
    ),
    imbalance: new Gauge({
      name: 'evenkeel_cluster_imbalance_ratio',
      help: 'Standard deviation of the load over the nodes, 0 to 1.',
      labelNames: ['cluster', 'resource'],
      registers,
    }),
  };
}
