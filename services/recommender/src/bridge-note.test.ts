import { aCluster, aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { bridgeNote } from './bridge-note.ts';

const on = (vmid: number, bridges: string[], change: object = {}) =>
  aGuest(vmid, 'a', { constraints: { ...aGuest(vmid, 'a').constraints!, bridges }, ...change });
const tail = 'is not known: no node shows it (the read token needs SDN.Audit)';

test.each<[string, (string[] | undefined)[], ReturnType<typeof on>[], string | undefined]>([
  ['nobody has asked yet', [undefined, undefined], [on(1, ['vmbr0'])], undefined],
  ['some node shows it', [[], ['vmbr0']], [on(1, ['vmbr0'])], undefined],
  [
    'no node that says anything shows it',
    [[], undefined],
    [on(1, ['vmbr0'])],
    `whether a target has bridge vmbr0 ${tail}`,
  ],
  ['only one that is off is on it', [[], []], [on(1, ['vmbr0'], { status: 'stopped' })], undefined],
  [
    'there are many',
    [[], ['b0']],
    [on(1, ['b5', 'b4', 'b3']), on(2, ['b2', 'b1', 'b0'])],
    `whether a target has bridge b1, b2, b3, b4 and 1 more ${tail}`,
  ],
])('where %s', (_, seen, guests, expected) => {
  const nodes = seen.map((bridges, i) => aNode(`n${i}`, bridges ? { bridges } : {}));
  expect(bridgeNote(aCluster(nodes, guests))).toBe(expected);
});
