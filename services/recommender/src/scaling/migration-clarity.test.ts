import {
  type ClusterSample,
  type GuestProfile,
  MigrationPlan,
  ScalingDecision,
  scalingDecided,
  scalingHistory,
} from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recommend } from '../recommend.ts';
import { emptyMemory } from '../remember.ts';
import type { RecommendInput } from '../start-run.ts';
import { scaleDecision, scalingDecisions } from './scale-decision.ts';
import { scaleGuests } from './scale-guests.ts';
import type { Usage } from './usage-of.ts';

const apart = { spread: 50, threshold: 8, converged: false, reason: 'penalties 50.0 points apart' };

const given = (sample: ClusterSample, change: Partial<GuestProfile> = {}): RecommendInput => ({
  sample,
  profiles: sample.guests.map((g) => aProfile(g, change)),
  scores: [],
  convergence: apart,
  config: aConfig({ penalty_config: { min_score_improvement: 2 } }),
  memory: emptyMemory,
});

/** Node a is full of busy guests; b and c are idle. */
const crowded = (tags: string[] = []) =>
  given(
    aCluster(
      [aNode('a'), aNode('b'), aNode('c')],
      Array.from({ length: 8 }, (_, i) => aGuest(101 + i, 'a', { cpu: 0.9, maxcpu: 2, tags })),
    ),
  );
/** The guest that the recommender moves first. */
const moved = (cluster: RecommendInput) => recommend(cluster).recommendations[0]!;
const decisionOf = (cluster: RecommendInput) =>
  scalingDecisions(String(moved(cluster).vmid), undefined, cluster)!.find((d) => d.resource_type === 'cpu')!;

describe('1. structure of a migration decision', () => {
  const decision = () => decisionOf(crowded());

  test('has every field of the seed, and passes its schema', () => {
    expect(Object.keys(decision())).toEqual(
      expect.arrayContaining([
        'decision_id',
        'vm_id',
        'resource_type',
        'scaling_action',
        'current_value',
        'target_value',
        'confidence',
        'reasoning',
        'cost_impact',
        'performance_impact',
        'urgency_score',
        'execution_time',
        'rollback_plan',
        'created_at',
        'target_node_id',
        'migration_plan',
      ]),
    );
    expect(ScalingDecision.parse(decision())).toEqual(decision());
    expect(decision()).toMatchObject({ scaling_action: 'migrate', resource_type: 'cpu' });
  });

  test('its target is where the recommender moves the guest, no placeholder', () => {
    const { target_node, confidence_score, vmid } = moved(crowded());
    expect(decision()).toMatchObject({
      vm_id: String(vmid),
      target_node_id: target_node,
      confidence: confidence_score / 100,
    });
    const pinned = crowded(['plb_pin_a', 'plb_pin_c']);
    expect(decisionOf(pinned).target_node_id).toBe('c');
  });

  test('the new fields are absent from every other decision', () => {
    const [other] = scalingDecisions('1', undefined, given(aCluster([aNode('a')], [aGuest(1, 'a', { cpu: 0.1 })])))!;
    expect(other).not.toHaveProperty('target_node_id');
    expect(other).not.toHaveProperty('migration_plan');
  });
});

describe('2. what its values mean', () => {
  test('target_value is the expected utilisation after the migration, as in its plan, and less than before', () => {
    const { current_value, target_value, migration_plan } = decisionOf(crowded());
    const { current_utilization, expected_utilization } = migration_plan!.expected_utilization_improvement;
    expect([current_value, target_value]).toEqual([current_utilization, expected_utilization]);
    expect(target_value).toBeLessThan(current_value);
  });

  test('the improvement is computed from the cluster, not a constant share', () => {
    const small = given(
      aCluster(
        [aNode('a'), aNode('b')],
        [
          ...Array.from({ length: 7 }, (_, i) => aGuest(101 + i, 'a', { cpu: 0.9, maxcpu: 2 })),
          aGuest(200, 'b', { cpu: 0.4, maxcpu: 8, tags: ['ignore'] }),
        ],
      ),
    );
    const values = [crowded(), small].map((c) => decisionOf(c)).map((d) => d.target_value / d.current_value);
    expect(values[0]).toBeCloseTo(1 - 1 / 8, 2);
    expect(values[1]).toBeCloseTo(1 - 1 / 7, 2);
  });

  test('what follows is less than what there is now on the guest’s own node', () => {
    expect(decisionOf(crowded()).performance_impact).toBeGreaterThan(0.5);
    expect(decisionOf(crowded()).reasoning).toMatch(
      /^CPU 90 % now and 90 % in the mean: on [bc] it runs at 11 % of the node instead of 90 % on a, which falls to 79 %; \d+\.\d penalty points less$/,
    );
  });
});

describe('3. the older call', () => {
  test('never advises less than what is in use now, whatever a profile or the caller says', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const said = fc.record({ current: share, average: share, peak: share });
    fc.assert(
      fc.property(said, said, fc.boolean(), (cpu, memory, measured) => {
        const guest = aGuest(101, 'a', { cpu: cpu.current, maxcpu: 8, mem: memory.current * 4 * GiB, maxmem: 4 * GiB });
        const like = ({ average, peak }: Usage, all = 1) => ({
          ...aProfile(guest).cpu,
          ...{ mean: average * all, day: average * all, hour: peak * all, p95: peak * all },
        });
        const profile = { window_hours: 72, cpu: like(cpu), mem: like(memory, guest.maxmem) };
        const cluster = given(aCluster([aNode('a'), aNode('b')], [guest]), profile);
        const decisions = scalingDecisions('101', measured ? undefined : { cpu, memory }, cluster)!;
        expect(decisions).toHaveLength(2);
        for (const { resource_type, target_value, amount, scaling_action } of decisions) {
          const { current } = resource_type === 'cpu' ? cpu : memory;
          if (scaling_action !== 'migrate') expect(target_value).toBeGreaterThanOrEqual(current - 5e-4);
          if (amount) expect(amount.advised).toBeGreaterThanOrEqual(amount.now * current - 1e-9 * amount.now);
        }
      }),
    );
  });

  test('has its shape, with the details of a migration', () => {
    const cluster = crowded();
    const { vmid, target_node } = moved(cluster);
    const answer = scaleDecision(String(vmid), undefined, cluster)!;
    expect(Object.keys(answer)).toEqual([
      'action',
      'resource',
      'current',
      'target',
      'confidence',
      'reasoning',
      'target_node_id',
      'migration_details',
    ]);
    expect(answer).toMatchObject({ action: 'migrate', resource: 'cpu', target_node_id: target_node });
    expect(answer.migration_details).toMatchObject({
      migration_type: 'live_migration',
      expected_improvement: { current_utilization: 0.9 },
    });
    expect(answer.migration_details!.execution_steps).toHaveLength(5);
  });

  test('has just the older fields where nothing moves', () => {
    const cluster = given(aCluster([aNode('a')], [aGuest(1, 'a', { cpu: 0.5, mem: 2 ** 31 })]));
    const answer = scaleDecision('qemu/1', undefined, cluster)!;
    expect(Object.keys(answer)).toEqual(['action', 'resource', 'current', 'target', 'confidence', 'reasoning']);
    expect(answer).toMatchObject({ action: 'no_action', resource: 'cpu', current: 0.5, target: 0.5 });
  });

  test('takes metrics that somebody else measured, and analyses the cluster with them', () => {
    const quiet = given(
      aCluster(
        [aNode('a', { maxcpu: 8 }), aNode('b')],
        [aGuest(1, 'a', { cpu: 0.1, maxcpu: 4 }), aGuest(2, 'a', { cpu: 0.8, maxcpu: 4, tags: ['ignore'] })],
      ),
    );
    expect(scaleDecision('1', undefined, quiet)).toMatchObject({ action: 'scale_down' });
    const busy = { cpu: { current: 0.95, average: 0.9, peak: 0.97 } };
    expect(scaleDecision('1', busy, quiet)).toMatchObject({ action: 'migrate', target_node_id: 'b' });
  });

  test('an unknown guest has no answer', () => expect(scaleDecision('999', undefined, crowded())).toBeUndefined());
});

describe('4. completeness of the plan', () => {
  const decided = () => decisionOf(crowded());

  test('is a whole order', () => {
    const { migration_plan: plan, target_node_id, vm_id } = decided();
    expect(MigrationPlan.parse(plan)).toEqual(plan);
    expect(plan).toMatchObject({ source_vm_id: vm_id, source_node_id: 'a', target_node_id });
    expect(plan!.execution_steps.map((s) => [s.step, s.action, s.timeout_seconds > 0])).toEqual([
      [1, 'pre_migration_validation', true],
      [2, 'migration_preparation', true],
      [3, 'live_migration', true],
      [4, 'post_migration_validation', true],
      [5, 'cleanup', true],
    ]);
    expect(plan!.success_criteria.length).toBeGreaterThanOrEqual(4);
    expect(plan!.rollback_conditions.length).toBeGreaterThanOrEqual(4);
    expect(plan!.resource_requirements.target_node_cpu_available).toMatch(/^>\d+%$/);
  });

  test('each sentence has its check, and the way back is said', () => {
    const { migration_plan: plan, vm_id, rollback_plan } = decided();
    expect(plan!.success_checks.map((c) => c.sentence)).toEqual(plan!.success_criteria);
    expect(plan!.rollback_checks.map((c) => c.sentence)).toEqual(plan!.rollback_conditions);
    expect(rollback_plan).toEqual({
      action: `Migrate qemu/${vm_id} back to a`,
      conditions: plan!.rollback_conditions,
    });
  });
});

describe('what a run tells', () => {
  const run = (cluster: RecommendInput, histories = {}, at = cluster.sample.at) => {
    const input = { ...cluster, sample: { ...cluster.sample, at } };
    return scaleGuests({ ...input, generated: recommend(input) }, histories);
  };
  const later = (hours: number) => new Date(Date.UTC(2026, 0, 5, 12 + hours)).toISOString();

  test('only what is advised, the most urgent first, up to the limit', () => {
    const cluster = crowded();
    const { told } = run(cluster);
    expect(told.map((t) => t.decision.scaling_action)).toEqual([
      ...recommend(cluster).recommendations.map(() => 'migrate'),
      ...Array.from({ length: 8 - recommend(cluster).recommendations.length }, () => 'scale_up'),
    ]);
    for (const advice of told) expect(scalingDecided.data.parse(advice)).toEqual(advice);
    const few = { ...cluster, config: { ...cluster.config, scaling_advice: { enabled: true, max_per_run: 2 } } };
    expect(run(few).told).toHaveLength(2);
  });

  const idle = given(aCluster([aNode('a')], [aGuest(1, 'a', { cpu: 0.05, maxcpu: 4 }), aGuest(2, 'a')]));
  const after = (cluster: RecommendInput) => Object.fromEntries(run(cluster).changed);

  test('once, not with every run', () => {
    expect(run(idle).told.map((t) => [t.guest, t.decision.scaling_action])).toEqual([['qemu/1', 'scale_down']]);
    expect(run(idle, after(idle), later(100)).told).toEqual([]);
  });

  test('and when it no longer holds, not before an hour has passed', () => {
    const sized = given(aCluster([aNode('a')], [aGuest(1, 'a', { cpu: 0.2, maxcpu: 1 }), aGuest(2, 'a')]));
    expect(run(sized, after(idle), later(0.5)).told).toEqual([]);
    const [told] = run(sized, after(idle), later(2)).told;
    expect(told!.decision).toMatchObject({ scaling_action: 'no_action', current_value: 0.2, target_value: 0.2 });
    const since = Object.fromEntries(run(sized, after(idle), later(2)).changed);
    expect(run(sized, since, later(30)).told).toEqual([]);
  });

  test('nothing about a guest that was watched for less than a day, nor where nothing can be taken away', () => {
    expect(run(given(idle.sample, { window_hours: 12 })).told).toEqual([]);
    expect(run(given(aCluster([aNode('a')], [aGuest(1, 'a', { cpu: 0.05, maxcpu: 1 })]))).told).toEqual([]);
  });

  test('a history is bounded, and goes a month after its guest', () => {
    const [entry] = run(idle).told;
    const many = { 'qemu/1': { decisions: Array.from({ length: 10 }, () => entry!.decision) } };
    const busy = given(aCluster([aNode('a')], [aGuest(1, 'a', { cpu: 0.99, maxcpu: 4 }), aGuest(2, 'a')]));
    const kept = run(busy, many, later(5)).changed.get('qemu/1');
    expect(kept!.decisions).toHaveLength(10);
    expect(kept!.decisions.at(-1)!.scaling_action).toBe('scale_up');
    const gone = given(aCluster([aNode('a')], [aGuest(2, 'a')]));
    expect(run(gone, many, later(10)).changed).toEqual(new Map());
    expect(run(gone, many, later(31 * 24)).changed).toEqual(new Map([['qemu/1', null]]));
  });

  test('a history fits its budget, and entries from before the new fields stay readable', () => {
    const decisions = Array.from({ length: 10 }, () => decisionOf(crowded()));
    expect(JSON.stringify({ decisions }).length).toBeLessThan(scalingHistory.budget_bytes);
    const { target_node_id, migration_plan, amount, ...older } = decisions[0]!;
    expect(scalingHistory.data.parse({ decisions: [older] })).toEqual({ decisions: [older] });
  });
});
