import {
  ApprovedMigration,
  CheckResult,
  GuestId,
  Leftover,
  StepResult,
  Time,
  Transfer,
  WayBack,
} from '@evenkeel/contracts';
import { z } from 'zod';
import { Signs } from './signs.ts';

/** How an execution ended; written once by compare-and-set, and from then on the only source of its terminal event. */
export const Ending = z.object({
  kind: z.enum(['completed', 'failed', 'refused']),
  at: Time,
  reason: z.string(),
  /** Of a refusal. */
  code: z.string().optional(),
  /** Of a failure. */
  fault: z.enum(['guest', 'path', 'cluster', 'unknown']).optional(),
  transfer: Transfer.optional(),
  warnings: z.array(z.string()),
  /** The guest may still be on its way: claims are kept until it has come to rest. */
  hold: z.boolean(),
  checks: z.array(CheckResult).optional(),
  steps: z.array(StepResult).optional(),
  leftovers: z.array(Leftover).optional(),
  rollback: WayBack.optional(),
  /** The migration that takes the guest back: filed before this one is forgotten. */
  back: ApprovedMigration.optional(),
});

/** How the guest and its nodes were just before the request: what came of the move is held against it. */
const Before = z.object({
  signs: Signs,
  source_cpu: z.number().optional(),
  /** Disks that travelled along, as far as Proxmox says. */
  local_disks: z.number().optional(),
  /** Storages that already held disks of it, or hold those of every node: what its plan brings to one of them cannot be told apart there. */
  mixed_storages: z.array(z.string()).optional(),
});

const migration = ApprovedMigration;
/** When it held all that it needs. */
const claimed_at = Time.optional();
/** When nothing stood against it any more but, at most, a lock. */
const validated_at = Time.optional();
/** Since when it is looked for what the move left behind, the last step of its plan. */
const clearing_since = Time.optional();
const before = Before.optional();
/** W3C traceparent of its approval: what is said of it later belongs to that trace. */
const trace = z.string().optional();
/** How many might run at once by the configuration under which its request was sent. */
const max_concurrent_migrations = z.number().int().optional();
/** Guests that HA moves upon the same request, as a rule of HA binds them to this one. */
const taken_along = z.array(GuestId).optional();
const start = {
  started_at: Time,
  /** Empty where HA was asked with the request of another and its own task is not found. */
  upid: z.string(),
  adopted: z.boolean(),
  max_concurrent_migrations,
  taken_along,
  /** The migration whose request took this guest along. */
  along_with: z.string().optional(),
};
/** Migrations of this guest that Proxmox knew before the intent: none of them can be ours. */
const known_tasks = z.array(z.string());

const Approved = z.object({
  state: z.literal('approved'),
  migration,
  trace,
  /** Why the configuration of its approval lets nothing move; whatever is in force since does not overrule it. */
  paused: z.string().optional(),
  /** The migration upon whose request HA will move this guest too, and what stood here before that. */
  along: z.object({ with: z.string(), known_tasks, before }).optional(),
});
const Claimed = z.object({ state: z.literal('claimed'), migration, trace, claimed_at, validated_at, taken_along });
const Starting = z.object({
  state: z.literal('starting'),
  migration,
  trace,
  claimed_at,
  validated_at,
  before,
  taken_along,
  /** When the intent was written. */
  t0: Time,
  max_concurrent_migrations,
  known_tasks,
});
const Running = z.object({
  state: z.literal('running'),
  migration,
  trace,
  claimed_at,
  validated_at,
  before,
  ...start,
  known_tasks,
  clearing_since,
  /** Since when the task is over without the guest on its target. */
  settling_since: Time.optional(),
  stop_asked_at: Time.optional(),
  /** Why it was asked to stop, and whether because it would have paused the guest for too long. */
  stop_because: z.string().optional(),
  stop_for_pause: z.boolean().optional(),
  /** Proxmox has taken that it is to stop. */
  stop_taken: z.boolean().optional(),
  /** What Proxmox said to that, where it said no. */
  stop_refused: z.string().optional(),
});
const Validating = z.object({
  state: z.literal('validating'),
  migration,
  trace,
  claimed_at,
  validated_at,
  before,
  ...start,
  /** When its task ended, and since when the guest is known to be on its target. */
  arrived_at: Time,
  validating_since: Time,
  clearing_since,
  /** How its task ended, where that could be read. */
  exit: z.string().optional(),
  warnings: z.array(z.string()),
  transfer: Transfer.optional(),
});
const Ended = z.object({
  state: z.literal('ended'),
  migration,
  trace,
  start: z.object(start).optional(),
  ending: Ending,
});

/** One approved migration on its way, as the ledger keeps it; each state is reached by one compare-and-set. */
export const Execution = z.discriminatedUnion('state', [Approved, Claimed, Starting, Running, Validating, Ended]);

export type Ending = z.output<typeof Ending>;
export type Approved = z.output<typeof Approved>;
export type Claimed = z.output<typeof Claimed>;
export type Starting = z.output<typeof Starting>;
export type Running = z.output<typeof Running>;
export type Validating = z.output<typeof Validating>;
export type Before = z.output<typeof Before>;
export type Ended = z.output<typeof Ended>;
export type Execution = z.output<typeof Execution>;
export type Start = NonNullable<Ended['start']>;

/** How it started, undefined where it has not. */
export function startIn(execution: Execution): Start | undefined {
  if (execution.state === 'running' || execution.state === 'validating') return execution;
  return execution.state === 'ended' ? execution.start : undefined;
}

/** How it started, which stays with it to its end. */
export function startOf(start: Start): Start {
  const { started_at, upid, adopted, max_concurrent_migrations, taken_along, along_with } = start;
  return {
    started_at,
    upid,
    adopted,
    ...(max_concurrent_migrations !== undefined && { max_concurrent_migrations }),
    ...(taken_along?.length && { taken_along }),
    ...(along_with && { along_with }),
  };
}
