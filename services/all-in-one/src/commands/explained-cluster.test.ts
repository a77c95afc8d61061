import { expect, test } from 'vitest';
import { explainedCluster, missingCluster } from './explained-cluster.ts';

test.each([
  ['the one that is asked for', 'west', ['east'], ['north'], { cluster: 'west', known: ['north', 'east'] }],
  ['the first in force', undefined, ['east', 'north'], ['north'], { cluster: 'north', known: ['north', 'east'] }],
  ['else the first that is configured here', undefined, ['east'], [], { cluster: 'east', known: ['east'] }],
  ['else that of the environment', undefined, [], [], { cluster: 'pve', known: [] }],
])('%s', (_, asked, configured, inForce, expected) => {
  expect(explainedCluster(asked, configured, inForce, 'pve')).toEqual(expected);
});

test.each([
  [['east'], null],
  [['north'], 'no cluster "east"; there is north'],
  [['north', 'west'], 'no cluster "east"; there are north, west'],
  [[], 'no cluster "east"; no cluster is configured'],
])('of %j', (known, said) => {
  expect(missingCluster('east', known)).toBe(said);
});
