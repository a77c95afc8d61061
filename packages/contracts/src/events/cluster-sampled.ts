import { ClusterSample } from '../cluster.ts';
import { defineEvent } from '../define.ts';

export const clusterSampled = defineEvent({
  name: 'cluster.sampled',
  version: 1,
  stream: 'telemetry',
  summary: 'A cluster was looked at.',
  data: ClusterSample,
  key: ({ cluster }) => cluster,
  id: ({ at }) => at,
  moments: ({ at }) => ({ at }),
  own_clock: ({ own_clock }) => own_clock === true,
  budget_bytes: 524288,
});
