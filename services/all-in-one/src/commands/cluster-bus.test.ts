import { createMemoryBus } from '@evenkeel/bus';
import { Config, type recommendationDecided, runDecided, subjectOf } from '@evenkeel/contracts';
import { expect, test } from 'vitest';
import { moveOf } from './answer.ts';
import { clustersOf, oneOf } from './cluster-bus.ts';

const two = Config.parse({
  clusters: [
    { name: 'a', hosts: ['a1'] },
    { name: 'b', hosts: ['b1'] },
  ],
});

test('a command is for the cluster that it names, else for all there are', () => {
  expect(clustersOf(two, 'homelab', undefined)).toEqual(['a', 'b']);
  expect(clustersOf(two, 'homelab', 'b')).toEqual(['b']);
  expect(clustersOf(Config.parse({}), 'homelab', undefined)).toEqual(['homelab']);
  expect(() => clustersOf(two, 'homelab', 'c')).toThrow('no cluster "c"; there is a, b');
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
