import type {
  GuestProfile,
  GuestSample,
  ResourceType,
  RollbackPlan,
  ScalingAmount,
  ScalingDecision,
} from '@evenkeel/contracts';
import { hours, iso, localHour, millis } from '@evenkeel/model';
import { type Determined, determineAction, type Found, reasonFor } from './determine-action.ts';
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
};

/** A size is advised at which the peak would take so much of it. */
const comfortable = 0.8;
const block = 256 * 2 ** 20;
const unprofiledConfidence = 0.5;
const cacheDoubt = 0.7;

const inside = (value: number): number => Math.min(1, Math.max(0, value));
const three = (value: number): number => Math.round(value * 1000) / 1000;

/** What the guest has and what would do, in whole vCPUs or in blocks of 256 MiB. */
function amountOf({ resource, guest, usage }: ScalingCase, { action }: Determined): ScalingAmount | undefined {
  if (action === 'migrate' || action === 'no_action') return undefined;
  if (resource !== 'cpu' && resource !== 'memory') return undefined;
  const [unit, now, step] =
    resource === 'cpu' ? (['vcpus', guest.maxcpu, 1] as const) : (['bytes', guest.maxmem, block] as const);
  const wanted = step * Math.ceil((now * usage.peak) / comfortable / step - 1e-9);
  const advised = action === 'scale_up' ? Math.max(wanted, now + step) : Math.min(now, Math.max(wanted, step));
  return { unit, now, advised };
}

const size = ({ unit }: ScalingAmount, n: number): string =>
  unit === 'vcpus' ? `${n} vCPU${n === 1 ? '' : 's'}` : `${Math.round((100 * n) / 2 ** 30) / 100} GiB`;

function amountSentence(amount: ScalingAmount | undefined): string {
  if (!amount) return '';
  const { now, advised } = amount;
  return now === advised
    ? `; it cannot have less than ${size(amount, now)}`
    : `; ${size(amount, advised)} instead of ${size(amount, now)} would bring its peak to ${Math.round(comfortable * 100)} % or less`;
}

function rollbackOf(done: Determined, amount: ScalingAmount | undefined, guest: GuestSample): RollbackPlan {
  if (done.move) {
    const { source_node, migration_plan } = done.move;
    return { action: `Migrate ${guest.guest} back to ${source_node}`, conditions: migration_plan.rollback_conditions };
  }
  if (!amount || amount.now === amount.advised) return { action: 'none needed', conditions: [] };
  const action = `Give ${guest.guest} its ${size(amount, amount.now)} again`;
  return done.action === 'scale_up'
    ? { action, conditions: ['Its peak still passes 80 % of what it has after a day'] }
    : { action, conditions: ['It uses more than 80 % of what it has for an hour', 'It swaps, or its work is late'] };
}

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

/** A resize restarts many guests: it waits for the quietest hour of the coming day; a migration does not. */
function executionTime({ at, profile, timezone }: ScalingCase, { action }: Determined): string {
  const hourly = profile?.hourly_cpu;
  if (!hourly || (action !== 'scale_up' && action !== 'scale_down')) return at;
  const start = Math.floor(millis(at) / hours(1)) * hours(1);
  const coming = Array.from({ length: 24 }, (_, h) => start + hours(h + 1));
  const loadAt = (time: number): number => hourly[localHour(time, timezone)] ?? 1;
  return iso(coming.reduce((best, time) => (loadAt(time) < loadAt(best) - 1e-9 ? time : best)));
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
  return amount ? usage.peak * (1 - amount.now / amount.advised) : 0;
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
    reasoning: `${reasonFor(resource, usage, found, done)}${amountSentence(amount)}`,
    cost_impact: amount ? three(amount.advised / amount.now - 1) : 0,
    performance_impact: three(reliefOf(given, outline)),
    urgency_score: urgency,
    execution_time: executionTime(given, done),
    rollback_plan: rollbackOf(done, amount, guest),
    created_at: at,
    ...(done.move ? { target_node_id: done.move.target_node, migration_plan: done.move.migration_plan } : {}),
    ...(amount ? { amount } : {}),
  };
}
