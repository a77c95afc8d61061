import { z } from 'zod';
import { Asker, AutomationChange } from '../automation.ts';
import { ClusterName } from '../cluster.ts';
import { defineEvent } from '../define.ts';

export const automationRequested = defineEvent({
  name: 'automation.requested',
  version: 1,
  stream: 'commands',
  summary:
    'Somebody asks to pause or resume a cluster, to change its mode, or to drain a node; said twice, it is one request.',
  data: z.object({ cluster: ClusterName, command_id: z.string().min(1).max(128), by: Asker, change: AutomationChange }),
  key: ({ cluster }) => cluster,
  id: ({ command_id }) => command_id,
  budget_bytes: 4096,
});
