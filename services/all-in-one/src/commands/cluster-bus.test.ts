import { createMemoryBus } from '@evenkeel/bus';
import { Config, type recommendationDecided, runDecided, subjectOf } from '@evenkeel/contracts';
import { readSettings } from '@evenkeel/runtime';
import { expect, test } from 'vitest';
import { moveOf } from './answer.ts';
import { clustersOf, oneOf } from './cluster-bus.ts';

const two = Config.parse({
  clusters: [
    { name: 'a', hosts: ['a1'] },
    { name: 'b', hosts: ['b1'] },
  ],
});
const own = (config: Config | null, env: Record<string, string> = {}) => {
  const read = readSettings(env, () => '');
  if (!read.ok) throw new Error(read.problems.join());
  return { settings: read.settings, config };
};
const byHosts = { EVENKEEL_PVE_HOSTS: 'p1', EVENKEEL_PVE_CLUSTER: 'lab' };

test.each<[string, string[], ReturnType<typeof own>, string | undefined, string[]]>([
  ['all that are in force, whatever the file says', ['x', 'y'], own(two), undefined, ['x', 'y']],
  ['the one of them that it names', ['x', 'y'], own(two), 'y', ['y']],
  ['all in force where the file has problems', ['x', 'y'], own(null), undefined, ['x', 'y']],
  ['all of the file where nothing is in force', [], own(two), undefined, ['a', 'b']],
  ['the one of the environment where there is no file either', [], own(Config.parse({})), undefined, ['homelab']],
  ['the one of the environment where the file has problems', [], own(null, byHosts), undefined, ['lab']],
])('a command is for %s', (_, inForce, given, named, expected) => {
  expect(clustersOf(inForce, given, named)).toEqual(expected);
});

test.each<[string, string[], ReturnType<typeof own>, string | undefined, string]>([
  ['not in force', ['x', 'y'], own(two), 'a', 'no cluster "a"; there is x, y'],
  ['not in the file', [], own(two), 'c', 'no cluster "c"; there is a, b'],
  ['not to be known', [], own(null), undefined, 'no configuration is in force yet, and this one has problems'],
  [
    'misnamed in the environment',
    [],
    own(Config.parse({}), { EVENKEEL_PVE_CLUSTER: 'My Lab' }),
    undefined,
    'EVENKEEL_PVE_CLUSTER: "My Lab" is not the name of a cluster',
  ],
])('a cluster that is %s is refused in a sentence', (_, inForce, given, named, sentence) => {
  const choose = () => clustersOf(inForce, given, named);
  expect(choose).toThrow(sentence);
  expect(choose).toThrow(expect.objectContaining({ name: 'UsageError' }));
});

test('one cluster is meant where there is only one', () => {
  expect(oneOf(['a'])).toBe('a');
  expect(() => oneOf(['a', 'b'])).toThrow('which cluster? there are a, b');
});

const move = { guest: 'qemu/101', source_node: 'pve1', target_node: 'pve2' };

async function decided() {
  const bus = createMemoryBus();
  const say = (event: typeof runDecided | typeof recommendationDecided, id: string, data: object) =>
    bus.publish({
      stream: 'decisions',
      subject: subjectOf(event, 'lab', id),
      once: true,
      event: { id: `${event.name}/${id}`, time: '2026-07-15T12:00:00.000Z', data } as never,
    });
  await say(runDecided, 'r1', { decisions: [{ decision_id: 'r1.qemu-102', ...move, guest: 'qemu/102' }] });
  await say(runDecided, 'r2', { decisions: [{ decision_id: 'r2.qemu-101', ...move }] });
  return bus;
}

test('a vmid means its move in the last run', async () => {
  const bus = await decided();
  expect(await moveOf(bus, 'lab', '101')).toEqual({ decision_id: 'r2.qemu-101', ...move });
  await expect(moveOf(bus, 'lab', '102')).rejects.toThrow('the last run of cluster lab proposes nothing for guest 102');
  await expect(moveOf(bus, 'lab', 'r9.qemu-1')).rejects.toThrow('no decision "r9.qemu-1" in cluster lab');
});
