import { expect, test } from 'vitest';
import { addApproved, approve, rememberApproval } from './approvals.ts';
import { noticeMoves, placedIn } from './notice-moves.ts';
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
  const at = { now: noon, config: givenConfig() };
  const placed = (nodes: object) => ({ nodes: nodes as Record<string, string>, identities: {} });
  expect(noticeMoves(placed(before), placed(now), own, at)).toEqual(moved);
});

test.each([
  ['the same guest', 'id-1', 'id-1', [{ ...found[0], identity: 'id-1' }]],
  ['another guest under its number', 'id-1', 'id-2', []],
  ['one of whom it was not known who it was', undefined, 'id-2', [{ ...found[0], identity: 'id-2' }]],
  ['one of whom it is not known who it is', 'id-1', undefined, found],
])('on another node stands %s', (_, was, is, moved) => {
  const placed = (node: string, identity: string | undefined) => ({
    nodes: { 'qemu/101': node },
    identities: identity === undefined ? {} : { 'qemu/101': identity },
  });
  const at = { now: noon, config: givenConfig() };
  expect(noticeMoves(placed('pve1', was), placed('pve2', is), undefined, at)).toEqual(moved);
});

test('a guest whose configuration was not read yet is left out; where nobody says who is who, the guests of the run tell', () => {
  const placements = { 'qemu/101': 'pve1', 'qemu/7': 'pve2' };
  const { guest } = givenCandidate({})[0];
  const identities = { 'qemu/101': 'id-1' };
  expect(placedIn({ placements, identities, guests: [] })).toEqual({ nodes: { 'qemu/101': 'pve1' }, identities });
  expect(placedIn({ placements, guests: [guest!] })).toEqual({
    nodes: placements,
    identities: { 'qemu/101': guest!.identity },
  });
});
