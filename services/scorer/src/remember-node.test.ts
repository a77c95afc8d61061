import { aGuest, aNode, GiB } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { backfillNode, emptyHistory, rememberNode } from './remember-node.ts';

const hour = 3600;
const read = (history = emptyHistory('a'), at = 0, change: object = {}, guests: ReturnType<typeof aGuest>[] = []) =>
  rememberNode(history, aNode('a', { cpu: 0.5, mem: 32 * GiB, iowait: 0.1, ...change }), guests, at);

describe('a node is remembered', () => {
  test('by the hour: means in thousandths once it is over, holes where nothing was seen', () => {
    let history = read(emptyHistory('a'), 10 * hour + 60, { cpu: 0.2 });
    history = read(history, 10 * hour + 120, { cpu: 0.4, iowait: undefined });
    expect(history.open).toEqual({ hour: 10, n: 2, cpu: expect.closeTo(0.6, 9), mem: 1, iowait: 0.1 });
    expect(history.cpu).toEqual([]);
    history = read(history, 12 * hour);
    expect(history).toMatchObject({ first_hour: 10, cpu: [300], mem: [500], iowait: [50], open: { hour: 12, n: 1 } });
    history = read(history, 13 * hour);
    expect(history).toMatchObject({
      first_hour: 10,
      cpu: [300, null, 500],
      mem: [500, null, 500],
      iowait: [50, null, 100],
    });
  });
  test('for two weeks', () => {
    let history = emptyHistory('a');
    for (let h = 1; h <= 340; h++) history = read(history, h * hour, { cpu: h / 1000 });
    expect([history.first_hour, history.cpu.length, history.cpu[0], history.cpu.at(-1)]).toEqual([4, 336, 4, 339]);
  });
  test('reading by reading for three hours, sixty at most', () => {
    const often = (step: number) => {
      let history = emptyHistory('a');
      for (let i = 1; i <= 100; i++) history = read(history, i * step);
      return history.recent;
    };
    expect([often(60).length, often(60)[0]![0]]).toEqual([60, 41 * 60]);
    expect([often(600).length, often(600)[0]![0]]).toEqual([18, 83 * 600]);
  });
  test('not while it is away, nor twice, nor backwards', () => {
    const history = read(emptyHistory('a'), 1000);
    expect(read(history, 2000, { status: 'offline' })).toBe(history);
    expect(read(history, 1000)).toBe(history);
    expect(read(history, 900)).toBe(history);
    expect(read(history, 1001)).not.toBe(history);
  });
  test('as it would have been with the guests of now', () => {
    const [here, there] = ['a', 'b'].map((node) => aGuest(1, node, { cpu: 0.5, maxcpu: 4, mem: 16 * GiB }));
    const other = aGuest(2, 'a', { cpu: 1 });
    const before = read(emptyHistory('a'), 1000, {}, [here!, other]);
    expect(before.residents).toEqual(['qemu/1', 'qemu/2']);
    const left = read(before, 1300, { cpu: 0.4 }, [there!, other]);
    expect(left.recent).toEqual([
      [1000, 0.375, 0.25],
      [1300, 0.4, 0.5],
    ]);
    expect(read(left, 1600, {}, [other, here!]).recent).toEqual([
      [1000, 0.5, 0.5],
      [1300, 0.525, 0.75],
      [1600, 0.5, 0.5],
    ]);
  });
});

describe('its last readings', () => {
  const watched = (minutes: number, readings: number) => {
    let history = emptyHistory('a');
    for (let i = 1; i <= readings; i++) history = read(history, i * minutes * 60);
    return history;
  };
  test.each([
    [15, 12],
    [20, 12],
    [60, 12],
  ])('go back further where runs are rare, so that a trend can be seen: every %i min', (minutes, kept) => {
    expect(watched(minutes, 40).recent.length).toBe(kept);
  });
  test('go back no further than a hole', () => {
    const before = watched(5, 40);
    expect(read(before, 40 * 300 + 4 * hour).recent.length).toBe(1);
    const rare = watched(60, 5);
    expect(read(rare, 5 * hour + 75 * 60).recent.length).toBe(6);
    expect(read(rare, 5 * hour + 76 * 60).recent.length).toBe(3);
  });
  test('count a guest that has gone by what it would be here, whatever the speed of its node', () => {
    const [slow, fast] = [aGuest(1, 'a', { cpu: 0.8, maxcpu: 4 }), aGuest(1, 'b', { cpu: 0.2, maxcpu: 4 })];
    const node = (cpu: number) => aNode('a', { cpu });
    const speeds = new Map([
      ['a', 1],
      ['b', 4],
    ]);
    const before = rememberNode(emptyHistory('a'), node(0.5), [slow], 1000, { speeds });
    const after = rememberNode(before, node(0.3), [fast], 1300, { speeds });
    expect(after.recent.map(([, cpu]) => cpu)).toEqual([0.3, 0.3]);
    const full = rememberNode(before, node(0.25), [{ ...fast, cpu: 0.4 }], 1300, { speeds });
    expect(full.recent.map(([, cpu]) => cpu)).toEqual([0.25, 0.25]);
  });
});

describe('what Proxmox remembered of it', () => {
  const watched = () => [10, 11, 12].reduce((history, h) => read(history, h * hour), emptyHistory('a'));
  test('is the mean of an hour, or holds for each hour of a longer step', () => {
    const filled = backfillNode(
      watched(),
      [
        [5 * hour, hour / 2, 0.2, 16 * GiB],
        [5.5 * hour, hour / 2, 0.4, null],
        [6 * hour, 2 * hour, 0.3, 32 * GiB],
        [8 * hour, hour, null, 32 * GiB],
      ],
      64 * GiB,
    );
    expect(filled).toMatchObject({
      first_hour: 5,
      cpu: [300, 300, 300, null, null, 500, 500],
      mem: [125, 500, 500, null, null, 500, 500],
    });
    expect(filled.iowait).toEqual([0, 0, 0, null, null, 100, 100]);
  });
  test('does not take the place of what was watched, nor of the hour that goes on', () => {
    const points = [10, 11, 12].map((h): [number, number, number, number] => [h * hour, hour, 0.9, GiB]);
    expect(backfillNode(watched(), points, 64 * GiB)).toEqual(watched());
  });
  test('leaves alone what is later than all that was watched', () => {
    expect(backfillNode(watched(), [[9_000 * hour, hour, 0.9, GiB]], 64 * GiB)).toEqual(watched());
  });
  test('says nothing of memory where its size is not known', () => {
    expect(backfillNode(watched(), [[9 * hour, hour, 0.2, GiB]], 0).mem[0]).toBe(0);
  });
});
