import { expect, test } from 'vitest';
import { createSetting, dataOf, gather } from './contract-setting.ts';
import type { Faults } from './faults.ts';
import { createMemoryBus } from './memory-bus.ts';
import { PublishFault, withFaults } from './with-faults.ts';

/** What a consumer sees of ten messages under these faults. */
async function seenUnder(faults: Faults): Promise<number[]> {
  const bus = withFaults(createMemoryBus({ wait: async () => {} }), faults);
  const { say, subject } = createSetting(bus);
  const seen: number[] = [];
  let inHand = 0;
  const subjects = [subject('counted')];
  await bus.consume({ stream: 'decisions', durable: 'counter', subjects }, async (delivery) => {
    expect(++inHand).toBe(1);
    await null;
    seen.push(dataOf(delivery) as number);
    inHand--;
    await delivery.ack();
  });
  for (let n = 0; n < 10; n++) await bus.publish(say('counted', n));
  await bus.settled();
  expect(bus.idle()).toBe(true);
  return seen;
}

const ten = [...Array(10).keys()];
const sorted = (numbers: number[]) => numbers.toSorted((a, b) => a - b);

test('without faults nothing changes', async () => expect(await seenUnder({})).toEqual(ten));

test('everything comes twice', async () => {
  expect(await seenUnder({ duplicate: () => true })).toEqual(ten.flatMap((n) => [n, n]));
});

test('repetitions come late and in any order, the same for the same seed', async () => {
  const faults = { duplicate: () => true, shuffle: { seed: 7 } };
  const seen = await seenUnder(faults);
  expect(sorted(seen)).toEqual(ten.flatMap((n) => [n, n]));
  expect([...new Set(seen)]).toEqual(ten);
  expect(seen).not.toEqual(ten.flatMap((n) => [n, n]));
  expect(await seenUnder(faults)).toEqual(seen);
  expect(await seenUnder({ ...faults, shuffle: { seed: 8 } })).not.toEqual(seen);
});

test('within a window first deliveries overtake one another, and none is lost', async () => {
  const seen = await seenUnder({ duplicate: () => true, shuffle: { seed: 1, window: 3 } });
  expect(sorted(seen)).toEqual(ten.flatMap((n) => [n, n]));
  expect([...new Set(seen)]).not.toEqual(ten);
});

test('a first publish is refused or its answer lost; the second tells the truth', async () => {
  for (const fault of ['refused', 'unanswered'] as const) {
    const bus = withFaults(createMemoryBus(), { fail_publish: (_, nth) => (nth === 1 ? fault : null) });
    const { say, subject } = createSetting(bus);
    await expect(bus.publish(say('said', 1))).rejects.toThrow(PublishFault);
    expect((await bus.publish(say('said', 1))).status).toBe(fault === 'refused' ? 'stored' : 'duplicate');
    expect(await gather(bus.read('decisions', [subject('said')]))).toHaveLength(1);
  }
});
