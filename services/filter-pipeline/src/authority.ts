import type { Config, DecisionAction } from '@evenkeel/contracts';

/** What may be done with a recommendation that passed everything. */
export type Authority = { may: 'act' | 'ask' | 'tell'; action: DecisionAction; reason: string };

/** The strictest switch wins: mode before dry run. */
export function authority({ mode, automated_migrations }: Config): Authority {
  if (mode === 'observe' || mode === 'recommend')
    return { may: 'tell', action: 'skipped', reason: `mode ${mode}: would move, but nothing is moved in this mode` };
  if (automated_migrations.dry_run) return { may: 'tell', action: 'skipped', reason: 'dry run: would move' };
  return mode === 'approve'
    ? { may: 'ask', action: 'pending', reason: 'awaiting approval' }
    : { may: 'act', action: 'pending', reason: 'approved' };
}
