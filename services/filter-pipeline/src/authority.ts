import type { Config, DecisionAction, NodeSample, Recommendation } from '@evenkeel/contracts';
import { emptiedBy } from '@evenkeel/model';
import { type Answers, approver } from './answers.ts';

/** What may be done with a recommendation that passed everything; `approved_by` where a person stands behind it. */
export type Authority = {
  may: 'act' | 'ask' | 'tell';
  action: DecisionAction;
  reason: string;
  approved_by?: string;
};

/** Why a decision is pending that nobody has approved yet. */
export const awaiting = 'awaiting approval';

type Occasion = { config: Config; now: number; answers: Answers; sample: { nodes: readonly NodeSample[] } };

/** The strictest switch wins: mode before dry run. In mode `approve` whoever drains a node has approved what that takes. */
export function authority(recommendation: Recommendation, occasion: Occasion): Authority {
  const { mode, automated_migrations } = occasion.config;
  if (mode === 'observe' || mode === 'recommend')
    return { may: 'tell', action: 'skipped', reason: `mode ${mode}: would move, but nothing is moved in this mode` };
  if (automated_migrations.dry_run) return { may: 'tell', action: 'skipped', reason: 'dry run: would move' };
  if (mode === 'auto') return { may: 'act', action: 'pending', reason: 'approved' };
  const by = approver(recommendation, occasion) ?? drainer(recommendation, occasion);
  return by === undefined
    ? { may: 'ask', action: 'pending', reason: awaiting }
    : { may: 'act', action: 'pending', reason: `approved by ${by}`, approved_by: by };
}

const drainer = (recommendation: Recommendation, { sample }: Occasion): string | undefined =>
  recommendation.mandatory === 'drain'
    ? sample.nodes.find(({ node }) => node === emptiedBy(recommendation))?.drained?.by
    : undefined;
