import type { Config, Effect, NodeEffect, Recommendation } from '@evenkeel/contracts';
import { nodePenalty } from '@evenkeel/model';

export type Load = { cpu: number; mem: number };
/** Predicted load by node, fractions. */
export type Loads = ReadonlyMap<string, Load>;

/** What a move takes from its source and puts on its target, fractions of each. */
export type Shift = { source: string; target: string; relief: Load; load: Load };

/** The shift of a move with this predicted effect; a difference, so it holds whatever else was planned before it. */
export function shiftOf(source: string, target: string, effect: Effect): Shift {
  return {
    source,
    target,
    relief: minus(effect.source_before, effect.source_after),
    load: minus(effect.target_after, effect.target_before),
  };
}

export const shiftOfRecommendation = (r: Recommendation): Shift => shiftOf(r.source_node, r.target_node, r.effect);

/** The loads after one more move. */
export function applyShift(loads: Loads, shift: Shift): Loads {
  const next = new Map(loads);
  const source = loads.get(shift.source);
  const target = loads.get(shift.target);
  if (source) next.set(shift.source, minus(source, shift.relief));
  if (target) next.set(shift.target, plus(target, shift.load));
  return next;
}

/** The effect of a move on nodes that already carry `loads`; penalties are corrected by what the difference in load costs. */
export function effectOn(loads: Loads, recommendation: Recommendation, config: Config['penalty_config']): Effect {
  const { effect, source_node, target_node } = recommendation;
  const after = applyShift(loads, shiftOfRecommendation(recommendation));
  const seen = (node: string, in_loads: Loads, predicted: NodeEffect): NodeEffect => {
    const load = in_loads.get(node) ?? predicted;
    const change = nodePenalty(load, config).penalty - nodePenalty(predicted, config).penalty;
    return { cpu: load.cpu, mem: load.mem, penalty: predicted.penalty + change };
  };
  return {
    source_before: seen(source_node, loads, effect.source_before),
    source_after: seen(source_node, after, effect.source_after),
    target_before: seen(target_node, loads, effect.target_before),
    target_after: seen(target_node, after, effect.target_after),
  };
}

const minus = (a: Load, b: Load): Load => ({ cpu: a.cpu - b.cpu, mem: a.mem - b.mem });
const plus = (a: Load, b: Load): Load => ({ cpu: a.cpu + b.cpu, mem: a.mem + b.mem });
