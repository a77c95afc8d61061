import type { Recommendation } from '@evenkeel/contracts';
import { chanceAbove0, coresEstimate, costBenefitRatio, storageMapTo } from '@evenkeel/model';
import { assessRisk } from './assess-risk.ts';
import { confidence } from './confidence.ts';
import { describe } from './describe.ts';
import { gainInterval } from './gain-interval.ts';
import { plan } from './plan.ts';
import type { PlannedMove } from './planned-move.ts';
import { hoursOf, type Run, runId } from './start-run.ts';

/** A loss up to so many points is lost in the noise: what a move that evens out numbers must not pass. */
const harmless = 1;

/**
 * One recommendation of a planned move, for one of the guests that it takes along: effect, improvement and cost are the guest's
 * own share; how sure it is and whether it pays is that of the whole, for they go together or not at all.
 */
export function recommendationOf(run: Run, move: PlannedMove, i: number, rank: number): Recommendation {
  const { input, planning, profiles, calibration } = run;
  const { state, config } = planning;
  const g = move.unit[i]!;
  const { sample: guest, prediction } = state.guests[g]!;
  const [source, target] = [state.nodes[move.source]!, state.nodes[move.target]!];
  const cost = move.costs[i]!;
  const { effect, improvement } = move.members[i]!;
  const all = move.whole ?? { ...move, points: move.costs.reduce((sum, c) => sum + c.points, 0) };
  const lasts_hours = hoursOf(run, g);
  const cores = coresEstimate(prediction);
  const run_id = runId(input.sample);
  const even = move.purpose === 'distribution';
  const chance = chanceAbove0(all.improvement + (even ? harmless : 0), all.improvement_sd);
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
    ...(move.empties === undefined ? {} : { empties: state.nodes[move.empties]!.node }),
    ...(move.purpose ? { purpose: move.purpose } : {}),
    ...(move.exchange ? { exchange: move.exchange } : {}),
    reason: describe(move, g, state, profiles.get(guest.guest)),
    behavior: profiles.get(guest.guest)?.behavior ?? 'unknown',
    score_improvement: improvement,
    improvement: gainInterval(state, move, i, run.gainWidth(guest)),
    effect,
    confidence_score: confidence(move.chances ?? { now: chance, usual: chance }, calibration),
    risk: assessRisk(guest, target, config.risk),
    has_conflict: false,
    cost: {
      points: cost.points,
      duration_seconds: cost.duration_seconds,
      downtime_seconds: cost.downtime_seconds,
      bytes: cost.bytes,
      restart: cost.restart,
    },
    lasts_hours,
    cost_benefit_ratio: costBenefitRatio(
      all.improvement + (even ? config.penalty_config.min_score_improvement : 0),
      lasts_hours,
      all.points,
    ),
    guest_load: { cpu_cores: cores, mem_bytes: prediction.mem_bytes, assigned_bytes: guest.maxmem },
    companions: (move.along ?? move.unit).filter((m) => m !== g).map((m) => state.guests[m]!.sample.guest),
    migration_plan: plan({
      guest,
      source: source.node,
      target: target.node,
      effect,
      cost,
      cores: cores.expected / target.speed_factor,
      mem_bytes: prediction.mem_bytes,
      target_threads: target.maxcpu,
      config,
      storage_map: storageMapTo(guest, target, planning.ctx),
    }),
  };
}
