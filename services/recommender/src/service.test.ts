import {
  type AnyEvent,
  type Counterfactual,
  clusterScored,
  counterfactualRecorded,
  type DataOf,
  type Outcome,
  outcomeRecorded,
  recommendationsGenerated,
  type Said,
  scalingDecided,
} from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode, aProfile } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { recommender } from './service.ts';

const sample = aCluster(
  [aNode('a'), aNode('b')],
  [1, 2, 3, 4, 5, 6].map((i) => aGuest(i, 'a', { cpu: 0.9, maxcpu: 2 })),
);
const scored = {
  sample,
  profiles: sample.guests.map((g) => aProfile(g)),
  scores: [],
  convergence: { spread: 50, threshold: 8, converged: false, reason: 'apart' },
};

/** A service with its memory. */
function live(change: object = {}) {
  const kept = new Map<string, unknown>();
  const state = Object.fromEntries(
    Object.entries(recommender.owns).map(([name, record]) => [
      name,
      {
        get: async (part = 'all') => kept.get(`${name} ${part}`),
        all: async () => ({}),
        set: (value: unknown, part = 'all') => kept.set(`${name} ${part}`, record.data.parse(value)),
        remove: (part = 'all') => kept.delete(`${name} ${part}`),
      },
    ]),
  );
  const config = aConfig({ penalty_config: { min_score_improvement: 2 }, ...change });
  const tell = async <E extends AnyEvent>(event: E, data: DataOf<E>): Promise<readonly Said[]> =>
    recommender.handlers.get(event)!({ data, id: 'x' } as never, { state, config, cluster: 'lab' } as never);
  return {
    tell,
    names: async () => (await tell(clusterScored, scored)).map(({ name }) => name),
    confidence: async () => {
      const [said] = await tell(clusterScored, scored);
      const { recommendations } = recommendationsGenerated.data.parse(said!.data);
      return recommendations[0]!.confidence_score;
    },
  };
}

const gain = { expected: 20, low: 10, high: 30 };
const about = (n: number) => ({
  cluster: 'lab',
  guest: `qemu/${n}`,
  vmid: n,
  name: 'x',
  source_node: 'a',
  target_node: 'b',
  confidence_score: 80,
  expected_gain: gain,
});
const outcome = (n: number, verdict: 'harmful' | 'beneficial'): Outcome => ({
  ...about(n),
  migration_id: `m-${n}`,
  horizon: '1h',
  completed_at: '2026-01-05T09:00:00.000Z',
  judged_at: '2026-01-05T10:00:00.000Z',
  actual_gain: verdict === 'harmful' ? -20 : 20,
  error: 0,
  verdict,
  target_cpu: {},
  duration_seconds: { predicted: gain },
  downtime_seconds: { predicted: gain },
});

test('[P17] what moves brought counts for how sure the next one is', async () => {
  const told = async (verdict?: 'harmful' | 'beneficial') => {
    const service = live();
    if (verdict)
      for (let n = 1; n <= 20; n++) await service.tell(outcomeRecorded, { outcome: outcome(100 + n, verdict) });
    return service.confidence();
  };
  const [none, well, badly] = [await told(), await told('beneficial'), await told('harmful')];
  expect(well).toBeGreaterThan(none);
  expect(badly).toBeLessThan(none - 10);
});

test.each([
  [true, 'counts'],
  [false, 'does not count'],
])('what held-back moves would have brought, with counterfactual_learning_enabled %s, %s', async (enabled) => {
  const service = live({ intelligent_migrations: { counterfactual_learning_enabled: enabled } });
  const before = await service.confidence();
  for (let n = 1; n <= 20; n++) {
    const { actual_gain: _a, error: _e, migration_id: _m, ...rest } = outcome(100 + n, 'harmful');
    const counterfactual = {
      ...rest,
      counterfactual_id: `h-${n}`,
      held_at: '2026-01-05T09:00:00.000Z',
      would_have_gained: -20,
      action: 'filtered',
      filter: 'confidence',
      reason: 'x',
    } as unknown as Counterfactual;
    await service.tell(counterfactualRecorded, { counterfactual });
  }
  if (enabled) expect(await service.confidence()).toBeLessThan(before);
  else expect(await service.confidence()).toBe(before);
});

test('no advice where it is off', async () => {
  expect(await live().names()).toContain(scalingDecided.name);
  expect(await live({ scaling_advice: { enabled: false } }).names()).toEqual([recommendationsGenerated.name]);
});
