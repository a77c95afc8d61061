import { z } from 'zod';
import { ClusterName, GuestId, Time } from '../cluster.ts';
import { defineRecord } from '../define.ts';
import { Estimate, Gain, Horizon, NodesNext, Transfer } from '../migration.ts';

/** Sums over samples; fractions of the node's threads and memory, and memory assigned ÷ memory. */
const NodeSums = z.object({
  cpu: z.number(),
  mem: z.number(),
  assigned: z.number(),
  /** Share of the time spent waiting for disks, and pressure of CPU in percent; absent in what was summed before they were counted. */
  iowait: z.number().optional(),
  pressure: z.number().optional(),
});
const PairSums = z.object({ source: NodeSums, target: NodeSums });

/** The two nodes of a migration over some samples: as they were, and as they would have been had the guest stayed. */
export const LoadSums = z.object({
  samples: z.number().int(),
  as_is: PairSums,
  stayed: PairSums,
  /** Pressure of CPU as it was, percent, where it is measured; summed as well. */
  pressure: z.object({ source: z.number(), target: z.number() }),
});

/** One migration whose outcomes are not all recorded. */
export const WatchedMigration = z.object({
  migration_id: z.string(),
  /** W3C traceparent of its completion: its outcomes belong to that trace. */
  trace: z.string().optional(),
  cluster: ClusterName,
  guest: GuestId,
  vmid: z.number().int(),
  name: z.string(),
  identity: z.string(),
  source_node: z.string(),
  target_node: z.string(),
  completed_at: Time,
  confidence_score: z.number(),
  expected_gain: Gain,
  /** CPU of the two nodes an hour later, as predicted, and whether others than the guests that it counts on were seen on the target. */
  cpu_in_an_hour: NodesNext.optional(),
  target_changed: z.boolean().optional(),
  duration_seconds: z.object({ predicted: Estimate, actual: z.number() }),
  downtime_seconds: z.object({ predicted: Estimate, actual: z.number().optional() }),
  transfer: Transfer.optional(),
  /** It had to be made whatever it brought. */
  mandatory: z.boolean().optional(),
  /** It was made for the number of guests per node, and not for points. */
  purpose: z.literal('distribution').optional(),
  /** Horizons still to be judged, each with what its own window has shown so far. */
  open: z.partialRecord(Horizon, LoadSums),
  so_far: LoadSums,
  /** Time of the last sample that was counted. */
  counted_at: Time.optional(),
  /** The later migration that is taking the guest away. */
  leaving_by: z.string().optional(),
});

export const watchedMigrations = defineRecord({
  name: 'watched_migrations',
  owner: 'outcome-tracker',
  summary: 'Migrations whose outcomes are not all recorded, one part a migration, until 24 hours after it.',
  data: WatchedMigration,
  budget_bytes: 6144,
});

export type LoadSums = z.output<typeof LoadSums>;
export type WatchedMigration = z.output<typeof WatchedMigration>;
