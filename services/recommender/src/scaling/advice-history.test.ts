import type { ScalingDecision, ScalingHistory } from '@evenkeel/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withAdvice } from './advice-history.ts';

type Resource = ScalingDecision['resource_type'];
const resources: Resource[] = ['cpu', 'memory', 'storage', 'network', 'vm_count'];
const decision = (resource_type: Resource, i: number) => ({ decision_id: `${i}`, resource_type }) as ScalingDecision;
const keptOf = (told: readonly Resource[]): string[] => {
  const history = told.reduce<ScalingHistory | undefined>(
    (known, resource, i) => withAdvice(known, { decision: decision(resource, i) }),
    undefined,
  );
  return history!.decisions.map(({ decision_id }) => decision_id);
};

test('what was told last of a resource is kept, however often another was told of since', () => {
  const told: Resource[] = ['memory', 'memory', ...Array.from({ length: 12 }, () => 'cpu' as const)];
  expect(keptOf(told)).toEqual(['1', '5', '6', '7', '8', '9', '10', '11', '12', '13']);
});

test('law: at most ten are kept, oldest first, with the latest, and the last of each resource', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...resources), { minLength: 1, maxLength: 40 }), (told) => {
      const kept = keptOf(told);
      expect(kept).toHaveLength(Math.min(10, told.length));
      expect(kept).toEqual(kept.toSorted((a, b) => Number(a) - Number(b)));
      const last = resources.map((r) => told.lastIndexOf(r)).filter((i) => i >= 0);
      expect(kept).toEqual(expect.arrayContaining(last.map(String)));
    }),
  );
});
