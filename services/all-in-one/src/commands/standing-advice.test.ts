import { aCluster, aGuest, aNode } from '@evenkeel/model/sample-cluster';
import { expect, test } from 'vitest';
import { type Advice, standingAdvice } from './standing-advice.ts';

const sizes = aGuest(101, 'a');
const sample = aCluster(
  [aNode('a'), aNode('b')],
  [
    aGuest(101, 'a', { identity: 'born-2026' }),
    aGuest(102, 'b'),
    aGuest(104, 'b', { status: 'unknown', maxcpu: 0, maxmem: 0 }),
  ],
);
const vcpus = (now: number) => ({ unit: 'vcpus', now, advised: 8 }) as const;
const bytes = (now: number) => ({ unit: 'bytes', now, advised: 1 }) as const;
const advice = (vmid: number, change: Partial<Advice> = {}, decision: Partial<Advice['decision']> = {}): Advice => ({
  cluster: 'lab',
  guest: `qemu/${vmid}`,
  name: 'x',
  node: 'a',
  ...change,
  decision: { resource_type: 'cpu', scaling_action: 'scale_up', urgency_score: 0.5, ...decision } as Advice['decision'],
});
const inShort = (told: Advice[], seen: typeof sample | undefined = sample) =>
  standingAdvice(told, seen).map(({ guest, node }) => `${guest} on ${node}`);

test.each<[string, Advice[], string[]]>([
  ['stands', [advice(101, { identity: 'born-2026' })], ['qemu/101 on a']],
  ['of another that had the vmid does not', [advice(101, { identity: 'born-2025' })], []],
  ['that names no identity stands', [advice(101)], ['qemu/101 on a']],
  ['that was taken back does not', [advice(101), advice(101, {}, { scaling_action: 'no_action' })], []],
  ['that was done does not', [advice(102, {}, { scaling_action: 'migrate', target_node_id: 'b' })], []],
  ['of the CPUs that it has stands', [advice(101, {}, { amount: vcpus(sizes.maxcpu) })], ['qemu/101 on a']],
  ['of other CPUs than it has now does not', [advice(101, {}, { amount: vcpus(sizes.maxcpu - 1) })], []],
  ['of the memory that it has stands', [advice(101, {}, { amount: bytes(sizes.maxmem) })], ['qemu/101 on a']],
  ['of other memory than it has now does not', [advice(101, {}, { amount: bytes(sizes.maxmem * 2) })], []],
  ['of a guest whose size is not known stands', [advice(104, {}, { amount: vcpus(4) })], ['qemu/104 on b']],
  ['is said of where the guest is', [advice(102)], ['qemu/102 on b']],
  ['of a guest that is gone does not', [advice(103)], []],
  ['is said by urgency', [advice(101), advice(102, {}, { urgency_score: 0.9 })], ['qemu/102 on b', 'qemu/101 on a']],
])('advice %s', (_, told, said) => expect(inShort(told)).toEqual(said));

test('without a sample all of it stands', () =>
  expect(standingAdvice([advice(103)], undefined).map(({ guest }) => guest)).toEqual(['qemu/103']));
