import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Approvals, approve, inFlight, rememberApproval } from './approvals.ts';
import { givenCandidate, givenConfig, noon } from './testing/given.ts';

const [{ recommendation }, context] = givenCandidate({});
const migration = () => approve(recommendation, 'id-101', 'run-1.qemu-101', context);
const at = (minutes: number) => new Date(noon + minutes * 60_000).toISOString();
const stages = [{ started_at: at(1) }, { ended: { at: at(2), how: 'completed' as const } }];
const tell = (told: readonly (typeof stages)[number][]) =>
  told.reduce<Approvals | undefined>((known, stage) => rememberApproval(known, migration(), stage, noon), undefined);

test('law: told twice and in any order, the answer is the same', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...stages, ...stages], { minLength: 4 }), (told) => {
      expect(tell(told)).toEqual(tell(stages));
    }),
  );
});

test.each(['distribution', undefined] as const)('an approval says what the move is made for: %s', (purpose) => {
  const given = { ...recommendation, ...(purpose && { purpose }) };
  expect(approve(given, 'id-101', 'run-1.qemu-101', context).purpose).toBe(purpose);
});

test.each([
  { name: 'approved', told: [{}], minutes: 4, flies: 1 },
  { name: 'expired unused', told: [{}], minutes: 6, flies: 0 },
  { name: 'started', told: [{ started_at: at(1) }], minutes: 60, flies: 1 },
  { name: 'stuck beyond the poll time-out', told: [{ started_at: at(1) }], minutes: 122, flies: 0 },
  { name: 'ended', told: stages, minutes: 3, flies: 0 },
  { name: 'ended, and the start told late', told: [...stages].reverse(), minutes: 3, flies: 0 },
])('in flight: $name', ({ told, minutes, flies }) => {
  const known = told.reduce<Approvals | undefined>(
    (k, stage) => rememberApproval(k, migration(), stage, noon),
    undefined,
  );
  expect(inFlight(known, noon + minutes * 60_000, givenConfig())).toHaveLength(flies);
});

test('what ended is forgotten after a day', () => {
  expect(
    rememberApproval(
      tell(stages),
      { ...migration(), migration_id: 'x', expires_at: at(3000) },
      {},
      noon + 86_400_000 + 120_000,
    ).entries,
  ).toEqual({
    x: expect.anything(),
  });
});
