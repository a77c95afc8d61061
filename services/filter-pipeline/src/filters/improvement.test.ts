import { describe, expect, test } from 'vitest';
import { ask, givenCandidate, givenRecommendation } from '../testing/given.ts';
import { improvement } from './improvement.ts';

const effect = (source_before: number, source_after: number, target_before: number, target_after: number) => {
  const node = (cpu: number) => ({ cpu, mem: 0.3, penalty: 100 * cpu });
  return {
    recommendation: {
      effect: {
        source_before: node(source_before),
        source_after: node(source_after),
        target_before: node(target_before),
        target_after: node(target_after),
      },
    },
  };
};

const evening = ({ recommendation }: ReturnType<typeof effect>) => ({
  recommendation: { ...recommendation, purpose: 'distribution' as const },
});

const half = (step: number, guest: 'qemu/102', target_node: string) => ({ step, of: 2, with: { guest, target_node } });

test.each([
  { name: 'better', given: effect(0.8, 0.7, 0.3, 0.4), says: 'passed' },
  {
    name: '[P05] the source is no better',
    given: effect(0.8, 0.8, 0.3, 0.4),
    says: 'filtered: source not better: pve1 from 80 to 80 points',
  },
  {
    name: '[P05] the target is over its CPU cap',
    given: effect(0.95, 0.7, 0.6, 0.86),
    says: 'filtered: pve2 would be at 86% CPU, at most 85%',
  },
  {
    name: '[P04] the target is over its memory cap',
    given: { recommendation: { effect: { target_before: { mem: 0.9 }, target_after: { mem: 0.99 } } } },
    says: 'filtered: pve2 would be at 99% memory, at most 90%',
  },
  {
    name: '[P05] the target would be worse than the source was',
    given: effect(0.7, 0.4, 0.5, 0.8),
    says: 'filtered: target would be worse than the source was: pve2 from 50 to 80 points, pve1 from 70 to 40 points',
  },
  {
    name: 'the target would be just as bad as the source was',
    given: effect(0.8, 0.5, 0.3, 0.8),
    says: 'filtered: target would be worse than the source was: pve2 from 30 to 80 points, pve1 from 80 to 50 points',
  },
  {
    name: 'numbers are evened out at no cost',
    given: evening(effect(0.4, 0.4, 0.3, 0.3)),
    says: 'passed',
  },
  {
    name: 'numbers are evened out at the price of load',
    given: evening(effect(0.4, 0.38, 0.5, 0.53)),
    says: 'filtered: evens out numbers, but makes load worse: pve1 from 40 to 38 points, pve2 from 50 to 53 points',
  },
  {
    name: 'numbers are evened out onto a full node',
    given: evening(effect(0.9, 0.8, 0.8, 0.86)),
    says: 'filtered: pve2 would be at 86% CPU, at most 85%',
  },
  {
    name: 'half of an exchange whose other half is not there',
    given: { recommendation: { exchange: half(1, 'qemu/102', 'pve1') } },
    says: 'filtered: its exchange with qemu/102 is not whole',
  },
])('$name', ({ given, says }) => {
  expect(ask(improvement, given)).toBe(says);
});

test('a move that passes says what it does', () => {
  const said = (given: object) => improvement(...givenCandidate(given)).reason;
  expect(said(effect(0.8, 0.7, 0.3, 0.4))).toBe('pve1 from 80 to 70 points, pve2 from 30 to 40 points');
  expect(said(evening(effect(0.4, 0.4, 0.3, 0.3)))).toBe(
    'evens out numbers without harm: pve1 from 40 to 40 points, pve2 from 30 to 30 points',
  );
});

test.each([
  [effect(0.8, 0.7, 0.3, 0.4), 'passed: follows qemu/102 to pve2'],
  [effect(0.8, 0.8, 0.3, 0.4), 'passed: follows qemu/102 to pve2'],
  [effect(0.8, 0.7, 0.8, 0.86), 'failed: pve2 would be at 86% CPU, at most 85%'],
])('a companion follows as long as there is room', (given, expected) => {
  const [candidate, context] = givenCandidate({
    recommendation: { ...given.recommendation, companions: ['qemu/102'] },
  });
  const { result, reason } = improvement(candidate, { ...context, placements: { 'qemu/102': 'pve2' } });
  expect(`${result}: ${reason}`).toBe(expected);
});

describe('an exchange', () => {
  /** qemu/101 leaves pve2 for pve1, then qemu/102 goes the other way: pve1 from 80, pve2 from 60 points to these. */
  const exchanged = (pve1: number, pve2: number, { step = 1, whole = true, there = false, cpu = 0.3 } = {}): string => {
    const node = (penalty: number) => ({ cpu, mem: 0.3, penalty });
    const recommendation = {
      source_node: 'pve2',
      target_node: 'pve1',
      exchange: half(step, 'qemu/102', 'pve2'),
      effect: { source_before: node(60), source_after: node(50), target_before: node(80), target_after: node(85) },
    };
    const second = givenRecommendation({
      guest: 'qemu/102',
      effect: { source_before: node(85), source_after: node(pve1), target_before: node(50), target_after: node(pve2) },
    });
    const [candidate, context] = givenCandidate({ recommendation });
    const verdict = improvement(
      whole ? { ...candidate, unit: [candidate.recommendation, second] } : candidate,
      there ? { ...context, placements: { ...context.placements, 'qemu/102': 'pve2' } } : context,
    );
    return `${verdict.result}: ${verdict.reason}`;
  };
  test.each([
    [
      'is better for all and for the worst',
      exchanged(60, 70),
      'passed: with qemu/102: pve2 from 60 to 70, pve1 from 80 to 60 points',
    ],
    [
      'is no better for the worst',
      exchanged(50, 80),
      'failed: not better with qemu/102: pve2 from 60 to 80, pve1 from 80 to 50 points',
    ],
    [
      'is no better for all',
      exchanged(70, 70),
      'failed: not better with qemu/102: pve2 from 60 to 70, pve1 from 80 to 70 points',
    ],
    ['has no room', exchanged(60, 70, { cpu: 0.9 }), 'failed: pve1 would be at 90% CPU, at most 85%'],
    [
      'is half done',
      exchanged(60, 70, { step: 2, whole: false, there: true }),
      'passed: follows qemu/102, which has gone to pve2',
    ],
    [
      'begins where the other half is done',
      exchanged(60, 70, { step: 1, whole: false, there: true }),
      'failed: its exchange with qemu/102 is not whole',
    ],
    [
      'goes on where the other half was not done',
      exchanged(60, 70, { step: 2, whole: false }),
      'failed: its exchange with qemu/102 is not whole',
    ],
  ])('%s', (_, said, expected) => expect(said).toBe(expected));
});
