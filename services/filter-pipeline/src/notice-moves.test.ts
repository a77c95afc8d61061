import { expect, test } from 'vitest';
import { addApproved, approve, rememberApproval } from './approvals.ts';
import { noticeMoves } from './notice-moves.ts';
import { givenCandidate, givenConfig, noon } from './testing/given.ts';

const [{ recommendation }, context] = givenCandidate({});
const migration = approve(recommendation, 'id-101', 'run-1.qemu-101', context);
const approved = addApproved(undefined, [migration], [recommendation], noon);
const ended = rememberApproval(approved, migration, { ended: { at: '2026-07-15T12:01:00.000Z', how: 'failed' } }, noon);
const before = { 'qemu/101': 'pve1', 'lxc/7': 'pve3' };
const found = [{ guest: 'qemu/101', from: 'pve1', to: 'pve2' }];

test.each([
  { name: 'nothing moved', own: undefined, now: before, moved: [] },
  { name: 'somebody moved it', own: undefined, now: { ...before, 'qemu/101': 'pve2' }, moved: found },
  { name: 'we are moving it there', own: approved, now: { ...before, 'qemu/101': 'pve2' }, moved: [] },
  {
    name: 'we are moving it elsewhere',
    own: approved,
    now: { ...before, 'qemu/101': 'pve3' },
    moved: [{ ...found[0], to: 'pve3' }],
  },
  { name: 'it failed, and yet it is there', own: ended, now: { ...before, 'qemu/101': 'pve2' }, moved: found },
  { name: 'a new guest has not moved', own: undefined, now: { ...before, 'qemu/9': 'pve2' }, moved: [] },
  { name: 'a guest that is gone has not moved', own: undefined, now: {}, moved: [] },
])('$name', ({ own, now, moved }) => {
  expect(noticeMoves(before, now as Record<string, string>, own, { now: noon, config: givenConfig() })).toEqual(moved);
});
