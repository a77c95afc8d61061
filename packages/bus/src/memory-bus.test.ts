import { describe, expect, test } from 'vitest';
import { busContract, ledgerContract } from './contract.ts';
import { createSetting, dataOf, gather } from './contract-setting.ts';
import { createMemoryBus } from './memory-bus.ts';

const wait = async () => {};
busContract('memory', async () => createMemoryBus({ wait, encode: true, max_payload: 200_000 }));
ledgerContract('memory', async () => createMemoryBus());

describe('memory bus', () => {
  test('settles once a chain of services has nothing left to do, without a timer', async () => {
    const bus = createMemoryBus({ wait });
    const { say, subject } = createSetting(bus);
    for (let stage = 0; stage < 5; stage++) {
      const subjects = [subject(`stage.${stage}`)];
      await bus.consume({ stream: 'decisions', durable: `stage-${stage}`, subjects }, async (delivery) => {
        await bus.publish(say(`stage.${stage + 1}`, dataOf(delivery)));
        await delivery.ack();
      });
    }
    let timer = false;
    setTimeout(() => {
      timer = true;
    });
    for (let i = 0; i < 10; i++) await bus.publish(say('stage.0', i));
    expect(bus.idle()).toBe(false);
    await bus.settled();
    expect(bus.idle()).toBe(true);
    expect(timer).toBe(false);
    const arrived = await gather(bus.read('decisions', [subject('stage.5')]));
    expect(arrived.map(({ event }) => event.data)).toEqual([...Array(10).keys()]);
  });

  test('events travel by reference unless they are encoded', async () => {
    const data = { at: undefined, n: Number.NaN };
    for (const encode of [true, false]) {
      const bus = createMemoryBus({ encode });
      const { say, subject } = createSetting(bus);
      await bus.publish(say('kept', data));
      const kept = (await bus.last('decisions', subject('kept')))?.event.data;
      if (encode) expect(kept).toStrictEqual({ n: null });
      else expect(kept).toBe(data);
    }
  });

  test('what is too old is dropped when more comes, unless a consumer still waits for it', async () => {
    let now = 0;
    const bus = createMemoryBus({ wait, now: () => now, limits: { decisions: { max_age_ms: 100 } } });
    const { say, subject } = createSetting(bus);
    const kept = async () => (await gather(bus.read('decisions', [subject('*')]))).map(({ event }) => event.data);
    const sayAt = (at: number) => {
      now = at;
      return bus.publish(say(`said-${at}`, at));
    };
    for (const at of [0, 60, 120]) await sayAt(at);
    expect(await kept()).toEqual([60, 120]);
    const gate = Promise.withResolvers<void>();
    await bus.consume({ stream: 'decisions', durable: 'slow', subjects: [subject('*')] }, async (delivery) => {
      await gate.promise;
      await delivery.ack();
    });
    await sayAt(500);
    expect(await kept()).toEqual([60, 120, 500]);
    gate.resolve();
    await bus.settled();
    await sayAt(590);
    expect(await kept()).toEqual([500, 590]);
  });

  test('telemetry keeps the last few of a subject, and longer what a consumer still waits for', async () => {
    const bus = createMemoryBus({ wait, limits: { telemetry: { per_subject: 2, backlog: 5 } } });
    const { say, subject } = createSetting(bus);
    const subjects = [subject('sampled', 'telemetry')];
    const kept = async () => (await gather(bus.read('telemetry', subjects))).map(({ event }) => event.data);
    const sample = (n: number) => bus.publish(say('sampled', n, { stream: 'telemetry' }));
    for (let n = 1; n <= 4; n++) await sample(n);
    expect(await kept()).toEqual([3, 4]);

    const seen: unknown[] = [];
    let open = () => {};
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    await bus.consume({ stream: 'telemetry', durable: 'slow', subjects }, async (delivery) => {
      await gate;
      seen.push(dataOf(delivery));
      await delivery.ack();
    });
    for (let n = 5; n <= 10; n++) await sample(n);
    expect(await kept()).toEqual([6, 7, 8, 9, 10]);
    open();
    await bus.settled();
    expect(seen).toEqual([3, 6, 7, 8, 9, 10]);
    await sample(11);
    expect(await kept()).toEqual([10, 11]);
  });

  test('a closed bus no longer follows or publishes', async () => {
    const bus = createMemoryBus();
    const { say, subject } = createSetting(bus);
    const followed = gather(bus.follow('decisions', [subject('any')], 'new', new AbortController().signal));
    await bus.close();
    expect(await followed).toEqual([]);
    await expect(bus.publish(say('any', 1))).rejects.toThrow('closed');
  });
});
