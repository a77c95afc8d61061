import { z } from 'zod';
import { ClusterSample } from '../cluster.ts';
import { defineEvent } from '../define.ts';
import { GuestProfiles } from '../profile.ts';

export const clusterProfiled = defineEvent({
  name: 'cluster.profiled',
  version: 1,
  stream: 'telemetry',
  summary: 'The guests of a sample that opens a run, with how each behaves.',
  data: z.object({ sample: ClusterSample, profiles: GuestProfiles }),
  key: ({ sample }) => sample.cluster,
  id: ({ sample }) => sample.at,
  moments: ({ sample }) => ({ 'sample.at': sample.at }),
  own_clock: ({ sample }) => sample.own_clock === true,
  budget_bytes: 524288,
});
