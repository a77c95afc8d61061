import { defineRecord } from '../define.ts';
import { RunSummary } from '../events/run-decided.ts';

export const lastRunSummary = defineRecord({
  name: 'last_run_summary',
  owner: 'filter-pipeline',
  summary: 'The last run, followed until its last migration has ended.',
  data: RunSummary,
  budget_bytes: 65_536,
});
