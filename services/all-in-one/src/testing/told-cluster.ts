import { type Bus, connectNats } from '@evenkeel/bus';
import {
  type AnyEvent,
  type ClusterSample,
  Config,
  type Counterfactual,
  clusterSampled,
  clusterScored,
  counterfactualRecorded,
  type Decision,
  type Outcome,
  outcomeRecorded,
  type Recommendation,
  recommendationDecided,
  recommendationsGenerated,
} from '@evenkeel/contracts';
import { aCluster, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import { recommender } from '@evenkeel/recommender';
import { envelope, openConfigSource, start } from '@evenkeel/runtime';
import { plainSurroundings } from '@evenkeel/runtime/test';

const trace = `00-${'1'.repeat(32)}-${'1'.repeat(16)}-01`;
const config = Config.parse({
  clusters: ['lab', 'mars'].map((name) => ({ name, hosts: [name] })),
  automated_migrations: {
    maintenance_nodes: ['mars/c'],
    placement_rules: [{ name: 'far', kind: 'pin', guests: ['lab/far-*'], nodes: ['lab/b'] }],
  },
  penalty_config: { min_score_improvement: 2 },
});

/** Node a is full of eight busy guests, b holds an idle one, c is empty; guest 109 has a rhythm. */
const toldSample = (config_revision: string): ClusterSample =>
  aCluster(
    [aNode('a'), aNode('b'), aNode('c')],
    [
      ...Array.from({ length: 8 }, (_, i) => aGuest(101 + i, 'a', { cpu: 0.9, maxcpu: 2, name: `web-${i + 1}` })),
      aGuest(109, 'b', { cpu: 0.05, maxcpu: 4, mem: GiB, maxmem: 8 * GiB, mem_source: 'cgroup', tags: ['exclude_db'] }),
    ],
    { config_revision },
  );

/** A cluster of which one run and some outcomes were told, on a real NATS. */
export async function tellCluster(url: string): Promise<Recommendation> {
  const bus = await connectNats({ servers: url, name: 'told-cluster' });
  const configs = await openConfigSource(bus.ledger, config);
  const { revision } = configs.current();
  const say = (event: AnyEvent, data: unknown, time: string) =>
    bus.publish(
      envelope(event, event.of(data, time), { service: 'test', cluster: 'lab', trace, config_revision: revision }),
    );
  const sample = toldSample(revision);
  const profiles = sample.guests.map((g) => aProfile(g, g.vmid === 109 ? rhythm : {}));
  const convergence = { spread: 50, threshold: 8, converged: false, reason: 'penalties 50.0 points apart' };
  const started = await startRecommender(bus, configs);
  for (const minutes of [-10, -5, 0]) {
    const at = new Date(Date.parse(sample.at) + minutes * 60_000).toISOString();
    await say(clusterSampled, { ...sample, at, sequence: 3 + minutes / 5 }, at);
  }
  await say(clusterScored, { sample, profiles, scores: [], convergence }, sample.at);
  const found = await untilSaid(bus);
  await started.stop();
  const [first, second] = found.recommendations;
  await say(recommendationDecided, decisionOf(first!, revision), sample.at);
  await say(outcomeRecorded, { outcome: outcomeOf(first!, '5m', 'harmful') }, sample.at);
  await say(outcomeRecorded, { outcome: outcomeOf(first!, '1h', 'beneficial') }, sample.at);
  await say(outcomeRecorded, { outcome: outcomeOf(second!, '5m', 'neutral') }, sample.at);
  await say(counterfactualRecorded, { counterfactual: counterfactualOf(first!) }, sample.at);
  await bus.close();
  return first!;
}

const rhythm = {
  behavior: 'cyclical' as const,
  period_hours: 24,
  window_hours: 168,
  hourly_cpu: Array.from({ length: 24 }, (_, h) => (h === 13 ? 0.25 : h === 4 ? 0.01 : 0.05)),
};

const startRecommender = (bus: Bus, configs: Awaited<ReturnType<typeof openConfigSource>>) =>
  start(
    [recommender],
    plainSurroundings({
      bus,
      configs,
      clusters: ['lab'],
      log: { debug() {}, info() {}, warn: console.warn, error: console.error },
    }),
  );

/** What the recommender said, once all of it is there. */
async function untilSaid(bus: Bus) {
  for await (const { event } of bus.follow(
    'telemetry',
    ['evenkeel.v1.telemetry.lab.>'],
    'all',
    new AbortController().signal,
  ))
    if (event.type.includes('.recommendations.generated.')) return recommendationsGenerated.data.parse(event.data);
  throw new Error('nothing was said');
}

const decisionOf = (recommendation: Recommendation, config_revision: string): Decision => ({
  decision_id: `${recommendation.recommendation_id}-decided`,
  run_id: recommendation.run_id,
  cluster: 'lab',
  decided_at: recommendation.at,
  config_revision,
  action: 'filtered',
  reason: 'moved 5 min ago',
  ladder: [{ order: 1, filter: 'cooldown', result: 'failed', reason: 'moved 5 min ago' }],
  dry_run: false,
  recommendation,
});

const counterfactualOf = (r: Recommendation): Counterfactual => ({
  counterfactual_id: `${r.recommendation_id}-decided`,
  cluster: 'lab',
  horizon: '1h',
  guest: r.guest,
  vmid: r.vmid,
  name: r.name,
  source_node: r.source_node,
  target_node: r.target_node,
  held_by: { order: 1, filter: 'cooldown', action: 'filtered', under: { cooldown_minutes: 30 } },
  held_at: r.at,
  judged_at: r.at,
  expected_gain: { expected: 12, low: 6, high: 18 },
  would_have_gained: -3,
  error: -15,
  verdict: 'harmful',
  confidence_score: 91,
  cost_benefit_ratio: 4,
});

const outcomeOf = (r: Recommendation, horizon: Outcome['horizon'], verdict: Outcome['verdict']): Outcome => {
  const actual_gain = verdict === 'beneficial' ? 12.34 : verdict === 'harmful' ? -5 : 0.1;
  return {
    migration_id: r.recommendation_id,
    cluster: 'lab',
    horizon,
    guest: r.guest,
    vmid: r.vmid,
    name: r.name,
    source_node: r.source_node,
    target_node: r.target_node,
    completed_at: r.at,
    judged_at: r.at,
    expected_gain: { expected: 12, low: 6, high: 18 },
    actual_gain,
    error: actual_gain - 12,
    verdict,
    confidence_score: 91,
    target_cpu: { predicted: { expected: 0.2, low: 0.1, high: 0.3 }, actual: 0.25 },
    duration_seconds: { predicted: { expected: 30, low: 10, high: 50 }, actual: 61 },
    downtime_seconds: { predicted: { expected: 0.1, low: 0, high: 0.3 } },
  };
};
