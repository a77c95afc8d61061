import { describe, expect, it } from 'vitest';
import { planClaims } from './claims.ts';
import { slotClaim } from './keys.ts';
import { approval } from './testing/approval.ts';

const migration = approval(101, 'n1', 'n2');
const slot = (i: number, holder: string) => ({ key: slotClaim('lab', i), holder });
const planned = (slots: number, ...held: { key: string; holder: string }[]) => {
  const claims = planClaims(migration, held, slots);
  return claims.may ? claims.keys.at(-1) : claims.reason;
};

describe('a slot', () => {
  it.each<[string, number, { key: string; holder: string }[], string]>([
    ['is the first that is free', 2, [slot(0, 'a')], slotClaim('lab', 1)],
    ['is none where all are taken', 2, [slot(0, 'a'), slot(1, 'b')], '2 of 2 slots are taken'],
    ['is none where one beyond a lowered limit is still taken', 1, [slot(1, 'a')], '1 of 1 slots are taken'],
    [
      'is none where more are taken than a lowered limit has',
      2,
      [slot(2, 'a'), slot(3, 'b'), slot(4, 'c')],
      '3 of 2 slots are taken',
    ],
    ['is free beside one beyond a lowered limit', 2, [slot(4, 'a')], slotClaim('lab', 0)],
    [
      'is the one it has, also beyond a lowered limit',
      1,
      [slot(3, migration.migration_id), slot(0, 'a')],
      slotClaim('lab', 3),
    ],
  ])('%s', (_, slots, held, expected) => {
    expect(planned(slots, ...held)).toBe(expected);
  });
});
