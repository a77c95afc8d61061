import { z } from 'zod';
import { Asker, AutomationChange } from '../automation.ts';
import { ClusterName } from '../cluster.ts';
import { defineEvent } from '../define.ts';

export const automationRefused = defineEvent({
  name: 'automation.refused',
  version: 1,
  stream: 'decisions',
  summary: 'What somebody asked of a cluster was not done, and why: nothing has changed.',
  data: z.object({
    cluster: ClusterName,
    command_id: z.string(),
    by: Asker,
    change: AutomationChange,
    reason: z.string(),
  }),
  key: ({ cluster }) => cluster,
  id: ({ command_id }) => command_id,
  budget_bytes: 4096,
});
