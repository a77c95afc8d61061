import { expect, test } from 'vitest';
import { ask } from '../testing/given.ts';
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
