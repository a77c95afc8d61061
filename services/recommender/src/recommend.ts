import type {
  ClusterSample,
  Config,
  Convergence,
  DataOf,
  GuestProfile,
  GuestSample,
  NodeScore,
  Recommendation,
  RecommenderMemory,
  recommendationsGenerated,
} from '@evenkeel/contracts';
import {
  capsOf,
  concerned,
  coresEstimate,
  costBenefitRatio,
  millis,
  planState,
  ruleContext,
  unsatisfiable,
} from '@evenkeel/model';
import { assessRisk } from './assess-risk.ts';
import { balance } from './balance.ts';
import { type Calibration, calibrate, chanceAbove0, confidence } from './confidence.ts';
import { describe } from './describe.ts';
import { explainStaying } from './explain-staying.ts';
import { flagConflicts } from './flag-conflicts.ts';
import { mandatoryMoves } from './mandatory-moves.ts';
import { plan } from './plan.ts';
import { lastingHours, type PlannedMove, type Planning } from './planned-move.ts';

export type RecommendInput = {
  sample: ClusterSample;
  profiles: GuestProfile[];
  scores: NodeScore[];
  convergence: Convergence;
  config: Config;
  memory: RecommenderMemory;
};
export type Generated = DataOf<typeof recommendationsGenerated>;

const z90 = 1.645;
const mostMandatory = 200;
const mostBalancing = 100;
const mostStuckNotes = 8;
const mostStayNotes = 3;

type Run = {
  input: RecommendInput;
  planning: Planning;
  profiles: ReadonlyMap<string, GuestProfile>;
  calibration: Calibration;
};

const hoursOf = ({ planning, profiles }: Run, guest: number): number =>
  lastingHours(planning, profiles.get(planning.state.guests[guest]!.sample.guest)?.window_hours ?? 0);

/** One recommendation of a planned move, for one of the guests that it takes along. */
function recommendationOf(run: Run, move: PlannedMove, i: number, rank: number): Recommendation {
  const { input, planning, profiles, calibration } = run;
  const { state, config } = planning;
  const g = move.unit[i]!;
  const { sample: guest, prediction } = state.guests[g]!;
  const [source, target] = [state.nodes[move.source]!, state.nodes[move.target]!];
  const cost = move.costs[i]!;
  const points = move.costs.reduce((sum, c) => sum + c.points, 0);
  const lasts_hours = hoursOf(run, g);
  const spread = z90 * move.improvement_sd;
  const cores = coresEstimate(prediction);
  const run_id = runId(input.sample);
  return {
    recommendation_id: `${run_id}-${guest.vmid}`,
    run_id,
    cluster: input.sample.cluster,
    at: input.sample.at,
    guest: guest.guest,
    vmid: guest.vmid,
    name: guest.name,
    type: guest.type,
    source_node: source.node,
    target_node: target.node,
    rank,
    ...(move.mandatory ? { mandatory: move.mandatory } : {}),
    reason: describe(move, g, state, profiles.get(guest.guest)),
    behavior: profiles.get(guest.guest)?.behavior ?? 'unknown',
    score_improvement: move.improvement,
    improvement: { expected: move.improvement, low: move.improvement - spread, high: move.improvement + spread },
    effect: move.effect,
    confidence_score: confidence(chanceAbove0(move.improvement, move.improvement_sd), calibration),
    risk: assessRisk(guest, target, config.risk),
    has_conflict: false,
    cost: {
      points,
      duration_seconds: cost.duration_seconds,
      downtime_seconds: cost.downtime_seconds,
      bytes: cost.bytes,
      restart: cost.restart,
    },
    lasts_hours,
    cost_benefit_ratio: costBenefitRatio(move.improvement, lasts_hours, points),
    guest_load: { cpu_cores: cores, mem_bytes: prediction.mem_bytes, assigned_bytes: guest.maxmem },
    companions: move.unit.filter((m) => m !== g).map((m) => state.guests[m]!.sample.guest),
    migration_plan: plan({
      guest,
      source: source.node,
      target: target.node,
      effect: move.effect,
      cost,
      cores: cores.expected / target.speed_factor,
      mem_bytes: prediction.mem_bytes,
      target_threads: target.maxcpu,
      config,
    }),
  };
}

const runId = (sample: ClusterSample): string => sample.run?.run_id ?? `sample-${sample.sequence}`;

function startRun(input: RecommendInput): Run {
  const { sample, profiles, config, memory } = input;
  const state = planState(sample, profiles, config);
  const moving = sample.running_migrations.flatMap((m) => state.guestIndex.get(m.guest) ?? []);
  const planning: Planning = {
    state,
    ctx: ruleContext(sample, config),
    config,
    caps: capsOf(config),
    memory,
    taken: new Set(moving),
  };
  return {
    input,
    planning,
    profiles: new Map(profiles.map((p) => [p.guest, p])),
    calibration: calibrate(memory.judged),
  };
}

function assignedBytes(guests: readonly GuestSample[]): Record<string, number> {
  const assigned: Record<string, number> = {};
  for (const { node, status, maxmem } of guests)
    if (status === 'running') assigned[node] = (assigned[node] ?? 0) + maxmem;
  return assigned;
}

type NotMoved = { guest: string; reason: string };

/** First why nothing need move, where that is so; then what an administrator should mend. */
function notesOf(
  { input, planning }: Run,
  moves: readonly PlannedMove[],
  { stuck, staying }: { stuck: readonly NotMoved[]; staying: readonly NotMoved[] },
): string[] {
  const { convergence, config } = input;
  const asked = config.penalty_config.min_score_improvement;
  const why = convergence.converged
    ? [`the nodes are even: ${convergence.reason}`]
    : [
        `no move that is allowed brings ${asked} points more than it costs (${convergence.reason})`,
        ...staying.slice(0, mostStayNotes).map(({ guest, reason }) => `${guest} stays: ${reason}`),
      ];
  return [
    ...(moves.length === 0 ? why : []),
    ...stuckNotes(stuck),
    ...unsatisfiable(planning.ctx).map((n) => `unsatisfiable: ${n}`),
    ...planning.ctx.problems,
  ];
}

function stuckNotes(stuck: readonly NotMoved[]): string[] {
  const more = stuck.length - mostStuckNotes;
  return [
    ...stuck.slice(0, mostStuckNotes).map(({ guest, reason }) => `${guest} cannot leave: ${reason}`),
    ...(more > 0 ? [`and ${more} more guests cannot leave`] : []),
  ];
}

/**
 * The moves that a run recommends, best first: mandatory ones, then those that even out, each evaluated after the ones before
 * it; at most one per guest. Same input in any order, same answer.
 */
export function recommend(input: RecommendInput): Generated {
  const { sample, config, convergence } = input;
  const run = startRun(input);
  const { planning } = run;
  const now = millis(sample.at);
  const limit = Math.min(mostBalancing, 2 * config.automated_migrations.rules.max_migrations_per_run);
  const initial = planning.state.placement;
  const placements = { ...initial };
  const forced = mandatoryMoves(planning, mostMandatory);
  const balancing = convergence.converged ? [] : balance(planning, (g) => hoursOf(run, g), now, limit);
  const moves = [...forced.moves, ...balancing];
  const recommendations = flagConflicts(
    moves
      .flatMap((move) => move.unit.map((_, i) => ({ move, i })))
      .map(({ move, i }, rank) => recommendationOf(run, move, i, rank + 1)),
    planning.caps,
  );
  const ids = concerned(
    recommendations.map((r) => r.guest),
    planning.ctx,
  );
  const staying = explainStaying(planning, input.scores, convergence);
  const { guests, ...rest } = sample;
  return {
    cluster: sample.cluster,
    at: sample.at,
    run_id: runId(sample),
    sample_sequence: sample.sequence,
    config_revision: sample.config_revision,
    recommendations,
    not_recommended: [
      ...forced.stuck.map((s) => ({ guest: s.guest as `qemu/${number}`, reason: s.reason })),
      ...staying,
    ],
    notes: notesOf(run, moves, { stuck: forced.stuck, staying }),
    convergence,
    scores: input.scores,
    sample: rest,
    placements,
    assigned_bytes: assignedBytes(guests),
    guests: guests.filter((g) => ids.has(g.guest)),
    profiles: input.profiles.filter((p) => ids.has(p.guest)),
  };
}
