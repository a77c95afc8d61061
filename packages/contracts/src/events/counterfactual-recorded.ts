import { z } from 'zod';
import { Counterfactual } from '../counterfactual.ts';
import { defineEvent } from '../define.ts';

export const counterfactualRecorded = defineEvent({
  name: 'counterfactual.recorded',
  version: 1,
  stream: 'decisions',
  summary:
    'What a move that was held back would have brought, 5 minutes, 1 hour or 24 hours after it was first decided.',
  data: z.object({ counterfactual: Counterfactual }),
  key: ({ counterfactual }) => counterfactual.cluster,
  id: ({ counterfactual }) => `${counterfactual.counterfactual_id}/${counterfactual.horizon}`,
  moments: ({ counterfactual }) => ({ 'counterfactual.judged_at': counterfactual.judged_at }),
  budget_bytes: 8192,
});
