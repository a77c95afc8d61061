import { z } from 'zod';
import { Asker, Automation, AutomationChange } from '../automation.ts';
import { ClusterName } from '../cluster.ts';
import { defineEvent } from '../define.ts';

export const automationChanged = defineEvent({
  name: 'automation.changed',
  version: 1,
  stream: 'decisions',
  summary: 'A cluster was paused or resumed, its mode changed, or a node drained: who asked, and what holds now.',
  data: z.object({
    cluster: ClusterName,
    /** The command, or the migration whose failure paused the cluster. */
    change_id: z.string(),
    by: Asker,
    change: AutomationChange,
    automation: Automation,
  }),
  key: ({ cluster }) => cluster,
  id: ({ change_id }) => change_id,
  budget_bytes: 32_768,
});
