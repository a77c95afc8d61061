import { type Decision, HeldMove, heldMoves } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { aHeldMove, heldBack } from '../testing/held-scenes.ts';
import { hold } from './hold.ts';

const rung = (order: number, filter: string, result: 'passed' | 'failed') => ({ order, filter, result, reason: '' });
const passed = [rung(4, 'confidence', 'passed')];

describe('a decision', () => {
  const cases: [string, Partial<Decision>, object | undefined][] = [
    ['that a filter refused', {}, { order: 4, filter: 'confidence', action: 'filtered' }],
    ['that waits', { action: 'deferred', ladder: [rung(7, 'trend', 'failed')] }, { order: 7, filter: 'trend' }],
    ['that had no room', { action: 'skipped', ladder: [rung(15, 'limits', 'failed')] }, { filter: 'limits' }],
    [
      'with the limit by which it was',
      { ladder: [{ ...rung(4, 'confidence', 'failed'), under: { min_confidence_score: 75 } }] },
      { filter: 'confidence', under: { min_confidence_score: 75 } },
    ],
    [
      'that waits for a slot',
      {
        action: 'skipped',
        ladder: [{ ...rung(15, 'limits', 'failed'), limit: 'max_concurrent_migrations' as const }],
      },
      { filter: 'limits', limit: 'max_concurrent_migrations' },
    ],
    ['of a dry run', { action: 'skipped', ladder: passed, dry_run: true }, { order: 16, filter: 'dry_run' }],
    ['in a mode that only looks', { action: 'skipped', ladder: passed }, { order: 16, filter: 'mode' }],
    ['that goes on', { action: 'pending', ladder: passed }, undefined],
  ];
  test.each(cases)('%s', (_, change, held_by) => {
    const held = hold(undefined, heldBack(change));
    if (held_by) expect(held?.held_by).toMatchObject(held_by);
    else expect(held).toBeUndefined();
  });

  test('that must be made whatever it brings is not watched', () =>
    expect(hold(undefined, heldBack({ mandatory: 'drain' }))).toBeUndefined());
});

test('one episode: it keeps its first prediction, and what refuses it takes the place of what only watched it', () => {
  const observed = hold(undefined, heldBack({ action: 'observing', ladder: [rung(0, 'persistence', 'failed')] }))!;
  const refused = hold(observed, heldBack({ decision_id: 'later', expected: 50 }))!;
  expect(refused).toMatchObject({ counterfactual_id: 'r.qemu-101', held_by: { filter: 'confidence' } });
  expect(refused.expected_gain.expected).toBe(5);
  expect(hold(refused, heldBack({ ladder: [rung(9, 'pattern', 'failed')] }))).toBe(refused);
  expect(hold(refused, heldBack({ action: 'pending', ladder: passed }))).toBe(refused);
});

test('what is kept is small and as declared', () => {
  const held = aHeldMove({
    planned_after: Array.from({ length: 24 }, () => ({ guest: 'qemu/999999999', target_node: 'n'.repeat(60) })),
  });
  expect(HeldMove.parse(held)).toEqual(held);
  expect(JSON.stringify(held).length).toBeLessThan(heldMoves.budget_bytes);
});
