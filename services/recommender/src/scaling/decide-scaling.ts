import type { GuestProfile, GuestSample, ResourceType, ScalingAmount, ScalingDecision } from '@evenkeel/contracts';
import { hours, iso, localHour, localTime, millis, minutes } from '@evenkeel/model';
import { amountOf, amountSentence, growthOf } from './amount-of.ts';
import { type Determined, determineAction, type Found, reasonFor } from './determine-action.ts';
import { rollbackOf } from './rollback-of.ts';
import type { Room } from './room-for.ts';
import type { Usage } from './usage-of.ts';

/** All that a decision about one resource of a guest rests on. */
export type ScalingCase = {
  run_id: string;
  at: string;
  timezone: string;
  guest: GuestSample;
  profile: GuestProfile | undefined;
  resource: ResourceType;
  usage: Usage;
  found: Found;
  /** The most that a node on which it may be has; asked where it should have more. */
  room: () => Room;
};

const unprofiledConfidence = 0.5;
const cacheDoubt = 0.7;

const inside = (value: number): number => Math.min(1, Math.max(0, value));
const three = (value: number): number => Math.round(value * 1000) / 1000;

/** 0..1: how near the guest is to what it cannot pass; too large a guest is never urgent. */
function urgencyOf({ usage }: ScalingCase, { action, move }: Determined): number {
  const fullest = Math.max(usage.current, move?.effect.source_before.cpu ?? 0);
  switch (action) {
    case 'migrate':
      return 0.5 + 0.5 * inside((fullest - 0.75) / 0.25);
    case 'scale_up':
      return 0.5 + 0.5 * inside((usage.peak - 0.8) / 0.2);
    case 'scale_down':
      return 0.3 * inside(1 - usage.peak / 0.45);
    default:
      return 0;
  }
}

function confidenceOf({ profile, usage }: ScalingCase, { move }: Determined): number {
  if (move) return move.confidence_score / 100;
  const seen = profile
    ? (profile.confidence * profile.window_hours) / (profile.window_hours + 24)
    : unprofiledConfidence;
  return seen * (usage.with_cache ? cacheDoubt : 1);
}

/** The start of the local hour of a moment; zones that are half an hour off have theirs at the half. */
const localHourStart = (ms: number, timezone: string): number =>
  ms - minutes((localTime(ms, timezone)?.minute ?? 0) % 60);

/** A resize restarts many guests: it waits for the quietest hour of the coming day; a migration does not. */
function executionTime({ at, profile, timezone }: ScalingCase, { action }: Determined): string {
  const hourly = profile?.hourly_cpu;
  if (!hourly || (action !== 'scale_up' && action !== 'scale_down')) return at;
  const hour = Math.floor(millis(at) / hours(1)) * hours(1);
  const coming = Array.from({ length: 26 }, (_, h) => localHourStart(hour + hours(h), timezone));
  const loadAt = (time: number): number => hourly[localHour(time, timezone)] ?? 1;
  const later = coming.filter((time) => time > millis(at));
  return iso(later.reduce((best, time) => (loadAt(time) < loadAt(best) - 1e-9 ? time : best)));
}

/** What a decision comes to, before it is said in full: for the many guests about which there is nothing to say. */
export type Outline = { done: Determined; amount: ScalingAmount | undefined; urgency: number };

export function outlineScaling(given: ScalingCase): Outline {
  const done = determineAction(given.resource, given.usage, given.found);
  return { done, amount: amountOf(given, done), urgency: three(urgencyOf(given, done)) };
}

/** What the guest gains: the fall of the load of its node, or of its own peak. */
function reliefOf({ usage }: ScalingCase, { done, amount }: Outline): number {
  if (done.move) return done.move.effect.source_before.cpu - done.move.effect.target_after.cpu;
  return usage.peak * (1 - 1 / (1 + growthOf({ usage }, done, amount)));
}

/** What it costs: the change of what is assigned, or the share of what a move brings that making it takes. */
function costOf({ usage }: ScalingCase, { done, amount }: Outline): number {
  if (!done.move) return three(growthOf({ usage }, done, amount));
  const { cost, score_improvement, lasts_hours } = done.move;
  return Number((cost.points / Math.max(cost.points, score_improvement * lasts_hours, 1e-9)).toPrecision(3));
}

/** Decides about one resource of a guest, and says it in full. */
export function decideScaling(given: ScalingCase, outline = outlineScaling(given)): ScalingDecision {
  const { run_id, at, guest, resource, usage, found } = given;
  const { done, amount, urgency } = outline;
  return {
    decision_id: `${run_id}-${guest.vmid}-${resource}`,
    vm_id: String(guest.vmid),
    resource_type: resource,
    scaling_action: done.action,
    current_value: three(done.current),
    target_value: three(done.target),
    confidence: three(confidenceOf(given, done)),
    reasoning: `${reasonFor(resource, usage, found, done)}${amountSentence(given, amount)}`,
    cost_impact: costOf(given, outline),
    performance_impact: three(reliefOf(given, outline)),
    urgency_score: urgency,
    execution_time: executionTime(given, done),
    rollback_plan: rollbackOf(given, done, amount),
    created_at: at,
    ...(done.move ? { target_node_id: done.move.target_node, migration_plan: done.move.migration_plan } : {}),
    ...(amount ? { amount } : {}),
  };
}
