import { z } from 'zod';
import { ClusterName, ClusterSample, GuestId, Time } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { Recommendation } from '../migration.ts';
import { GuestProfiles } from '../profile.ts';
import { Convergence, NodeScores } from '../score.ts';

/** Why a guest on a hot node, or bound to move, got no recommendation. */
export const NotRecommended = z.object({ guest: GuestId, reason: z.string() });

export const recommendationsGenerated = defineEvent({
  name: 'recommendations.generated',
  version: 1,
  stream: 'telemetry',
  summary: 'The moves that a run recommends, best first, with all that the filters need to know.',
  data: z.object({
    cluster: ClusterName,
    at: Time,
    run_id: z.string(),
    sample_sequence: z.number().int(),
    config_revision: z.string(),
    recommendations: z.array(Recommendation),
    not_recommended: z.array(NotRecommended),
    /** Why there is none at all, or what an administrator should know: convergence, unsatisfiable rules. */
    notes: z.array(z.string()),
    convergence: Convergence,
    scores: NodeScores,
    /** The sample without its guests, which stand in `placements`. */
    sample: ClusterSample.omit({ guests: true }),
    /** Node by guest. */
    placements: z.record(GuestId, z.string()),
    /** Identity by guest, of those whose configuration has been read. */
    identities: z.record(GuestId, z.string()).optional(),
    /** Bytes assigned to the running guests of each node. */
    assigned_bytes: z.record(z.string(), z.number()).optional(),
    /** Nodes that are there to take over for another: bytes that they may use, that the host uses, and MiB of each guest. */
    residences: z
      .record(z.string(), z.object({ room: z.number(), host: z.number(), guest_mib: z.array(z.number().int()) }))
      .optional(),
    /** As they are: the recommended guests and all that a rule binds to them or keeps from them. */
    guests: z.array(ClusterSample.shape.guests.element),
    profiles: GuestProfiles,
  }),
  key: ({ cluster }) => cluster,
  id: ({ run_id }) => run_id,
  moments: ({ at, sample }) => ({ at, 'sample.at': sample.at }),
  own_clock: ({ sample }) => sample.own_clock === true,
  budget_bytes: 524_288,
});
