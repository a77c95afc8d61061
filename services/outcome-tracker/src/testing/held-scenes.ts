import type { Decision, HeldMove, Recommendation } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { hold } from '../held/hold.ts';
import { done } from './scenes.ts';

type Change = Partial<Pick<Decision, 'action' | 'ladder' | 'dry_run' | 'decision_id'>> & {
  mandatory?: Recommendation['mandatory'];
  planned_after?: Recommendation['planned_after'];
  expected?: number;
};

/** A decision at noon that does not let `qemu/101` go from n2, where the scenes have it, to n1. */
export function heldBack({ mandatory, planned_after, expected = 5, ...change }: Change = {}): Decision {
  const recommendation = {
    cluster: 'lab',
    guest: 'qemu/101',
    vmid: 101,
    name: 'vm101',
    source_node: 'n2',
    target_node: 'n1',
    improvement: { expected, low: expected - 1, high: expected + 1 },
    confidence_score: 60,
    cost_benefit_ratio: 3,
    ...(mandatory && { mandatory }),
    ...(planned_after && { planned_after }),
  } as Recommendation;
  return {
    decision_id: 'r.qemu-101',
    run_id: 'r',
    cluster: 'lab',
    decided_at: iso(done),
    config_revision: 'c',
    action: 'filtered',
    reason: '',
    ladder: [{ order: 4, filter: 'confidence', result: 'failed', reason: '' }],
    dry_run: false,
    recommendation,
    ...change,
  };
}

export const aHeldMove = (change: Change = {}): HeldMove => hold(undefined, heldBack(change))!;
