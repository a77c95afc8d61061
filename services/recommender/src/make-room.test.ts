import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { recommend } from './recommend.ts';
import { emptyMemory } from './remember.ts';

const small = { maxmem: 32 * GiB };
const big = { maxmem: 16 * GiB, mem: 12 * GiB, cpu: 0.1 };
const tiny = { maxmem: 2 * GiB, mem: 2 * GiB, cpu: 0.1 };

const recommended = (guests: ReturnType<typeof aGuest>[], drained: Parameters<typeof aNode>[1] = {}) => {
  const sample = aCluster([aNode('a', small), aNode('b', drained), aNode('c', small)], guests);
  return recommend({
    sample,
    profiles: sample.guests.map((g) => aProfile(g)),
    scores: [],
    convergence: { spread: 0, threshold: 8, converged: true, reason: 'even' },
    config: aConfig(),
    memory: emptyMemory,
  }).recommendations.map((r) => [r.vmid, r.target_node, r.mandatory, r.reason.includes('makes room')]);
};

/** a and c are full as far as a big guest is concerned, but for what a tiny one takes. */
const full = [
  aGuest(101, 'a', { ...big, tags: ['plb_pin_a'] }),
  aGuest(102, 'a', { ...big, mem: 14 * GiB, tags: ['plb_pin_a'] }),
  aGuest(103, 'c', { ...big, tags: ['plb_pin_c'] }),
  aGuest(104, 'c', tiny),
];
const both = [
  aGuest(105, 'b', { ...big, mem: 15.5 * GiB, tags: ['plb_anti_affinity_db'] }),
  aGuest(106, 'b', { ...big, mem: 15.5 * GiB, tags: ['plb_anti_affinity_db', 'plb_pin_b'] }),
];

test('a rule that no single move can mend is mended after another guest has made room', () => {
  expect(recommended([...full, ...both])).toEqual([
    [104, 'b', 'rule', true],
    [105, 'c', 'rule', false],
  ]);
});

test('nobody makes room where one move is enough', () => {
  expect(recommended([...full.slice(0, 3), ...both])).toEqual([[105, 'c', 'rule', false]]);
});

test('those who are pinned do not leave, so that the rule stays broken', () => {
  const pinned = full.map((g) => ({ ...g, tags: [`plb_pin_${g.node}`] }));
  expect(recommended([...pinned, ...both])).toEqual([]);
});
