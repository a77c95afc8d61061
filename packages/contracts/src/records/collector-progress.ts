import { z } from 'zod';
import { Pressure, RunRef } from '../cluster.ts';
import { defineRecord } from '../define.ts';

/** What is still to be read of a node's past: `tries` counts the times that it could not be. */
export const NodePast = z.object({ history: z.boolean(), tasks: z.boolean(), tries: z.number().int() });

/** A finished migration whose log has not been read yet: task, end (epoch seconds), exit text. */
export const PendingLog = z.object({ upid: z.string(), endtime: z.number(), status: z.string() });

/** Where the collector stands in a cluster. */
export const CollectorProgress = z.object({
  /** Of the last sample; 0 before the first. */
  sequence: z.number().int(),
  run: RunRef.optional(),
  /** Nodes that were drained at the last sample. */
  drained: z.array(z.string()).optional(),
  /** The last version that was read. */
  version: z.string(),
  /** The last pressure of each node, and when it was measured (epoch seconds). */
  pressures: z.record(z.string(), z.object({ measured_at: z.number(), pressure: Pressure })),
  processors: z.record(
    z.string(),
    z.object({
      vendor: z.string().optional(),
      model: z.string().optional(),
      version: z.string().optional(),
      flags: z.array(z.string()).optional(),
    }),
  ),
  /** Bridges and vnets of each node as its network was last read; `tried_at` in epoch seconds, `names` absent where it could not be. */
  bridges: z.record(z.string(), z.object({ tried_at: z.number(), names: z.array(z.string()).optional() })).optional(),
  /** True for what has been read. */
  past: z.record(z.string(), NodePast),
  logs: z.array(PendingLog),
});

export const collectorProgress = defineRecord({
  name: 'collector_progress',
  owner: 'collector',
  summary: 'Number of the last sample, the last run, and what is still to be read of the past.',
  data: CollectorProgress,
  budget_bytes: 262_144,
});

export type NodePast = z.output<typeof NodePast>;
export type PendingLog = z.output<typeof PendingLog>;
export type CollectorProgress = z.output<typeof CollectorProgress>;
