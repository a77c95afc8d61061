import { z } from 'zod';
import { ClusterName, GuestId } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { ScalingDecision } from '../scaling.ts';

export const scalingDecided = defineEvent({
  name: 'scaling.decided',
  version: 1,
  stream: 'decisions',
  summary: 'What is advised for the size or the place of a guest, or that this no longer holds; said when it changes.',
  data: z.object({
    cluster: ClusterName,
    guest: GuestId,
    name: z.string(),
    /** Of the guest: what was advised holds for no other with its vmid. */
    identity: z.string().optional(),
    node: z.string(),
    decision: ScalingDecision,
  }),
  key: ({ cluster }) => cluster,
  id: ({ decision }) => decision.decision_id,
  budget_bytes: 16_384,
});
