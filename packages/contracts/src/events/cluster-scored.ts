import { z } from 'zod';
import { ClusterSample } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { GuestProfile } from '../profile.ts';
import { Convergence, NodeScore } from '../score.ts';

export const clusterScored = defineEvent({
  name: 'cluster.scored',
  version: 1,
  stream: 'telemetry',
  summary: 'The nodes of a run with their penalties, part by part.',
  data: z.object({
    sample: ClusterSample,
    profiles: z.array(GuestProfile),
    scores: z.array(NodeScore),
    convergence: Convergence,
  }),
  key: ({ sample }) => sample.cluster,
  id: ({ sample }) => sample.at,
  budget_bytes: 524288,
});
