import {
  type Approval,
  type ConfigInput,
  type GuestMove,
  type GuestProfile,
  type GuestSample,
  type JudgedMove,
  type Recommendation,
  untouched,
} from '@evenkeel/contracts';
import { nodePenalty } from '@evenkeel/model';
import { baseLoads } from '../base-loads.ts';
import { buildContext, candidatesOf, type Facts, type Occasion } from '../context.ts';
import type { Candidate, Filter, FilterContext, Generated } from '../filter.ts';
import { trackRecommendations } from '../persistence.ts';

import {
  at,
  type Different,
  GiB,
  givenConfig,
  givenGuest,
  givenNode,
  givenScore,
  noon,
  vary,
} from './given-cluster.ts';

export * from './given-cluster.ts';

const still = { expected: 1, low: 1, high: 1 };
const penaltyOf = (cpu: number) => nodePenalty({ cpu, mem: 0.3 }, givenConfig().penalty_config).penalty;
const load = (cpu: number) => ({ cpu, mem: 0.3, penalty: penaltyOf(cpu) });

/** What a move does to the CPU of source and target, before and after. */
const givenEffect = (source_before: number, source_after: number, target_before: number, target_after: number) => ({
  source_before: load(source_before),
  source_after: load(source_after),
  target_before: load(target_before),
  target_after: load(target_after),
});

/** The effect of a move that weighs next to nothing, so that only what a test is about has a say. */
export const lightEffect = givenEffect(0.85, 0.84, 0.3, 0.31);

/** `qemu/101` from pve1 (85 %) to pve2 (30 %), one eighth of a node. */
export function givenRecommendation(different: Different<Recommendation> = {}): Recommendation {
  const guest = different.guest ?? 'qemu/101';
  const [type, vmid] = guest.split('/') as ['qemu' | 'lxc', string];
  const target_node = different.target_node ?? 'pve2';
  const source_node = different.source_node ?? 'pve1';
  return vary<Recommendation>(
    {
      recommendation_id: `run-1.${guest}.${target_node}`,
      run_id: 'run-1',
      cluster: 'lab',
      at,
      guest,
      vmid: Number(vmid),
      name: `guest-${vmid}`,
      type,
      source_node,
      target_node,
      rank: 1,
      reason: 'relieves pve1',
      behavior: 'steady',
      score_improvement: 20,
      improvement: { expected: 20, low: 15, high: 25 },
      effect: givenEffect(0.85, 0.725, 0.3, 0.425),
      confidence_score: 90,
      risk: { high: false, flags: [] },
      has_conflict: false,
      cost: { points: 2, duration_seconds: still, downtime_seconds: still, bytes: 4 * GiB, restart: false },
      lasts_hours: 24,
      cost_benefit_ratio: 5,
      guest_load: { cpu_cores: { expected: 2, low: 1, high: 3 }, mem_bytes: 4 * GiB, assigned_bytes: 8 * GiB },
      companions: [],
      migration_plan: {
        migration_type: 'live_migration',
        source_vm_id: vmid,
        source_node_id: source_node,
        target_node_id: target_node,
        expected_utilization_improvement: {
          current_utilization: 0.85,
          expected_utilization: 0.725,
          improvement_percentage: 14.7,
        },
        execution_steps: [],
        success_criteria: [],
        rollback_conditions: [],
        resource_requirements: {
          target_node_cpu_available: '',
          target_node_memory_available: '',
          network_bandwidth_required: '',
        },
        estimated_downtime_seconds: 1,
        estimated_completion_minutes: 1,
        success_checks: [],
        rollback_checks: [],
        requirements: { target_cpu_cores: 2, target_memory_bytes: 4 * GiB, network_bytes_per_second: 1e8 },
        downtime_seconds: still,
        duration_seconds: still,
      },
    },
    different,
  );
}

/** A run of pve1 (85 %), pve2 and pve3 (30 %) with the given recommendations and, unless said, their guests as they should be. */
export function givenRun(
  recommendations: Recommendation[] = [givenRecommendation()],
  different: Different<Generated> = {},
): Generated {
  const guests = recommendations.map((r) => givenGuest(r.guest, { node: r.source_node }));
  return vary<Generated>(
    {
      cluster: 'lab',
      at,
      run_id: 'run-1',
      sample_sequence: 7,
      config_revision: 'c0ffee',
      recommendations,
      not_recommended: [],
      notes: [],
      convergence: { spread: 55, threshold: 8, converged: false, reason: 'spread 55 over threshold 8' },
      scores: [givenScore('pve1', 0.85, { exceeded: ['cpu'] }), givenScore('pve2', 0.3), givenScore('pve3', 0.3)],
      sample: {
        cluster: 'lab',
        at,
        sequence: 7,
        config_revision: 'c0ffee',
        run: { run_id: 'run-1', opened_at: at },
        quorate: true,
        version: '9.1',
        nodes: [givenNode('pve1', { cpu: 0.85 }), givenNode('pve2'), givenNode('pve3')],
        ha_rules: [],
        crs: { mode: 'static', auto_rebalance: false },
        running_migrations: [],
        problems: [],
      },
      placements: Object.fromEntries(recommendations.map((r) => [r.guest, r.source_node])),
      guests,
      profiles: [] as GuestProfile[],
    },
    different,
  );
}

export const givenFacts = (generated: Generated, different: Partial<Facts> = {}): Facts => ({
  approvals: undefined,
  moves: new Map(),
  pairs: new Map(),
  outcomes: new Map(),
  tracking: trackRecommendations(undefined, generated, givenConfig()),
  automation: untouched,
  answers: {},
  ...different,
});

export type GivenCase = {
  recommendation?: Different<Recommendation>;
  guest?: Different<GuestSample>;
  run?: Different<Generated>;
  config?: ConfigInput;
  facts?: Partial<Facts>;
  now?: number;
};

/** The candidate and context of a run with one recommendation. */
export function givenCandidate(given: GivenCase): [Candidate, FilterContext] {
  const recommendation = givenRecommendation(given.recommendation);
  const run = givenRun([recommendation], given.run);
  const guests = run.guests.map((g) => (g.guest === recommendation.guest ? vary(g, given.guest) : g));
  const generated = { ...run, guests };
  const [candidate] = candidatesOf(generated);
  return [candidate!, buildContext(givenOccasion(generated, given), givenFacts(generated, given.facts))];
}

export const givenOccasion = (
  generated: Generated,
  { config, now = noon }: Pick<GivenCase, 'config' | 'now'> = {},
): Occasion => ({
  generated,
  base: baseLoads(generated),
  now,
  config: givenConfig(config),
});

/** What a filter says of a case, as a decision would put it. */
export function ask(filter: Filter, given: GivenCase): string {
  const verdict = filter(...givenCandidate(given));
  return verdict.result === 'passed' ? 'passed' : `${verdict.action}: ${verdict.reason}`;
}

/** A completed move of `qemu/101` so many hours before noon, unless said otherwise. */
export const givenMove = (
  hoursAgo: number,
  from: string,
  to: string,
  different: Partial<GuestMove> = {},
): GuestMove => ({
  at: new Date(noon - hoursAgo * 3_600_000).toISOString(),
  from,
  to,
  how: 'completed',
  ...different,
});

export const givenMoves = (...moves: GuestMove[]): Partial<Facts> => ({ moves: new Map([['qemu/101', moves]]) });

/** A migration of another guest that was approved at noon and neither started nor ended, unless said otherwise. */
export const givenApproval = (different: Partial<Approval> = {}): Approval => ({
  migration_id: 'm',
  decision_id: 'm',
  run_id: 'run-0',
  guest: 'qemu/200',
  source_node: 'pve1',
  target_node: 'pve3',
  approved_at: at,
  expires_at: at,
  relief: { cpu: 0, mem: 0 },
  load: { cpu: 0, mem: 0 },
  ...different,
});

/** Judged moves so many days before noon. */
export const givenJudged = (...verdicts: [daysAgo: number, verdict: JudgedMove['verdict']][]): JudgedMove[] =>
  verdicts.map(([daysAgo, verdict], i) => ({
    migration_id: `m-${i}`,
    guest: 'qemu/101',
    at: new Date(noon - daysAgo * 86_400_000).toISOString(),
    horizon: verdict === 'failed' ? 'failed' : '24h',
    verdict,
  }));
