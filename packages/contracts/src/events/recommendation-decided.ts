import { defineEvent } from '../define.ts';
import { Decision } from '../migration.ts';

export const recommendationDecided = defineEvent({
  name: 'recommendation.decided',
  version: 1,
  stream: 'decisions',
  summary: 'What became of one recommendation, and why: the whole ladder of filters.',
  data: Decision,
  key: ({ cluster }) => cluster,
  id: ({ decision_id }) => decision_id,
  moments: ({ decided_at }) => ({ decided_at }),
  budget_bytes: 65_536,
});
