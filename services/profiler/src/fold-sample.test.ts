import type { ClusterSample, OpenHours } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { cpuCode } from './cell.ts';
import { coverage, foldSample } from './fold-sample.ts';
import { openBucket } from './open-hour.ts';
import { clusterSample, guestSample } from './testing/sample.ts';

const start = Date.UTC(2026, 0, 5, 0, 0, 20);
const minute = 60_000;
const day = 1440 * minute;
const fold = (samples: ClusterSample[]): OpenHours =>
  samples.reduce<OpenHours | undefined>((open, sample) => foldSample(open, sample).open, undefined) as OpenHours;

describe('a sample stands for the time since the one before', () => {
  test.each([
    ['usually', 30_000, 30_000, 30_000],
    ['after one that got lost', 60_000, 30_000, 60_000],
    ['after some minutes without any', 9 * minute, 30_000, 9 * minute],
    ['but not for an outage', 45 * minute, 30_000, 30_000],
    ['every hour, early and late', 70 * minute, 55 * minute, 70 * minute],
    ['at first, when the interval is unknown', 60 * minute, 0, 60 * minute],
    ['and not for a day before it', day, 0, 10_000],
    ['nor for a day because the one before came a day late', day, day, 90 * minute],
  ])('%s', (_, gap, usual, expected) => {
    expect(coverage(gap, usual)).toBe(expected);
  });
});

test('duplicates and samples out of order change nothing', () => {
  const samples = [0, 1, 2, 3].map((i) => clusterSample(start + i * minute, [guestSample({ cpu: i / 10 })]));
  const [a, b, c, d] = samples as [ClusterSample, ClusterSample, ClusterSample, ClusterSample];
  expect(fold([a, b, b, c, a, d, c, d])).toEqual(fold(samples));
});

test('the order of guests changes nothing', () => {
  const guests = [1, 2, 3].map((i) => guestSample({ guest: `qemu/${i}`, cpu: i / 10 }));
  const looks = [0, 1, 2].map((i) => start + i * minute);
  expect(fold(looks.map((at) => clusterSample(at, [...guests].reverse())))).toEqual(
    fold(looks.map((at) => clusterSample(at, guests))),
  );
});

test('moving to another node changes nothing', () => {
  const looks = (second: string) =>
    ['alpha', second].map((node, i) => clusterSample(start + i * minute, [guestSample({ node })]));
  expect(fold(looks('beta'))).toEqual(fold(looks('alpha')));
});

test('only running guests that are no templates are measured', () => {
  const guests = [
    guestSample({ guest: 'qemu/1', template: true }),
    guestSample({ guest: 'qemu/2', status: 'stopped', cpu: 0 }),
    guestSample({ guest: 'qemu/3', status: 'unknown', cpu: 0 }),
    guestSample({ guest: 'qemu/4' }),
  ];
  expect(Object.keys(fold([clusterSample(start, guests)]).guests)).toEqual(['qemu/4']);
});

test('a guest that stops keeps what was seen of it while it ran', () => {
  const looks = [guestSample({ cpu: 0.4 }), guestSample({ status: 'stopped', cpu: 0 })];
  const { guests } = fold(looks.map((guest, i) => clusterSample(start + i * minute, [guest])));
  expect(openBucket(guests['qemu/100'] as never)).toBe(cpuCode(0.4));
});

test('a vmid that is used again begins anew', () => {
  const first = foldSample(undefined, clusterSample(start, [guestSample({ cpu: 0.9 })]));
  const again = guestSample({ identity: 'born-again', cpu: 0.1 });
  const second = foldSample(first.open, clusterSample(start + minute, [again]));
  expect(second.forgotten).toEqual(['qemu/100']);
  expect(openBucket(second.open.guests['qemu/100'] as never)).toBe(cpuCode(0.1));
});

test.each([
  [6, ['qemu/100', 'qemu/101'], []],
  [8, ['qemu/101'], ['qemu/100']],
])('a guest gone for %d days', (days, kept, forgotten) => {
  const other = guestSample({ guest: 'qemu/101' });
  const before = fold([clusterSample(start, [guestSample(), other])]);
  const after = foldSample(before, clusterSample(start + days * day, [other]));
  expect([Object.keys(after.open.guests), after.forgotten]).toEqual([kept, forgotten]);
});
