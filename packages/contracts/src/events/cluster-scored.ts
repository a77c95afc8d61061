import { z } from 'zod';
import { ClusterSample } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { GuestProfiles } from '../profile.ts';
import { Convergence, NodeScores } from '../score.ts';

export const clusterScored = defineEvent({
  name: 'cluster.scored',
  version: 1,
  stream: 'telemetry',
  summary: 'The nodes of a run with their penalties, part by part.',
  data: z.object({
    sample: ClusterSample,
    profiles: GuestProfiles,
    scores: NodeScores,
    convergence: Convergence,
  }),
  key: ({ sample }) => sample.cluster,
  id: ({ sample }) => sample.at,
  moments: ({ sample }) => ({ 'sample.at': sample.at }),
  own_clock: ({ sample }) => sample.own_clock === true,
  budget_bytes: 524288,
});
