import { expect, test } from 'vitest';
import { flagConflicts } from './flag-conflicts.ts';
import { aRecommendation } from './testing/a-recommendation.ts';

const caps = { cpu: 0.85, mem: 0.9, assigned: 1.5 };
const move = (vmid: number, cpu = 0.5, mem = 0.5) => {
  const found = aRecommendation();
  const target_after = { ...found.effect.target_after, cpu, mem };
  return { ...found, guest: `qemu/${vmid}` as const, effect: { ...found.effect, target_after } };
};
const said = (...moves: ReturnType<typeof move>[]) =>
  flagConflicts(moves, caps).map(({ has_conflict, conflict_reason }) => (has_conflict ? conflict_reason : undefined));

test.each([
  ['those that go together', [move(1), move(2, 0.85, 0.9)], [undefined, undefined]],
  [
    'the same guest again',
    [move(1), move(2), move(1)],
    [undefined, undefined, 'qemu/1 has an earlier recommendation in this run'],
  ],
  ['too much CPU', [move(1, 0.86)], ['with those before it, it would bring b to 86 % CPU, above 85 %']],
  ['too much memory', [move(1, 0.5, 0.91)], ['with those before it, it would bring b to 91 % memory, above 90 %']],
])('%s', (_, moves, expected) => expect(said(...moves)).toEqual(expected));
