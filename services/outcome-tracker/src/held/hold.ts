import type { Decision, HeldBy, HeldMove } from '@evenkeel/contracts';
import { noSums } from '../begin-watch.ts';

/** Step of the ladder at which nothing is refused, only watched a while longer. */
const persistenceOrder = 0;
/** Behind all steps: nothing spoke against the move but that nothing may move. */
const beyondLadder = 16;

/** Name of the part in which a held move is kept. */
export const heldPart = (m: { guest: string; source_node: string; target_node: string }): string =>
  `${m.guest}>${m.source_node}>${m.target_node}`;

/** What held a move back; undefined where nothing did, or where what it brings is not what it is made for. */
function heldBy({ action, ladder, dry_run, recommendation }: Decision): HeldBy | undefined {
  const holds = action === 'filtered' || action === 'deferred' || action === 'skipped' || action === 'observing';
  if (!holds || recommendation.mandatory || recommendation.purpose || recommendation.exchange) return undefined;
  const rung = ladder.find(({ result }) => result === 'failed');
  if (rung) {
    const { order, filter, limit, under } = rung;
    return { order, filter, action, ...(limit && { limit }), ...(under && { under }) };
  }
  return { order: beyondLadder, filter: dry_run ? 'dry_run' : 'mode', action };
}

/**
 * What is to be watched after a decision; the same value where nothing changes, undefined where there is nothing to watch. A move
 * that was only observed at first is held by what refuses it later.
 */
export function hold(known: HeldMove | undefined, decision: Decision): HeldMove | undefined {
  const held_by = heldBy(decision);
  if (!held_by) return known;
  if (known) return known.held_by.order === persistenceOrder && held_by.order > 0 ? { ...known, held_by } : known;
  const { recommendation: r } = decision;
  return {
    counterfactual_id: decision.decision_id,
    cluster: r.cluster,
    guest: r.guest,
    vmid: r.vmid,
    name: r.name,
    source_node: r.source_node,
    target_node: r.target_node,
    held_by,
    held_at: decision.decided_at,
    expected_gain: r.improvement,
    confidence_score: r.confidence_score,
    cost_benefit_ratio: r.cost_benefit_ratio,
    planned_after: r.planned_after ?? [],
    open: { '5m': noSums, '1h': noSums, '24h': noSums },
  };
}
