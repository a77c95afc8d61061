import { describe, expect, test } from 'vitest';
import { costBenefitRatio, emptyPath, learnPath, migrationCost } from './cost.ts';
import { aConfig, aGuest, GiB } from './sample-cluster.ts';

const config = aConfig().cost_model;

describe('migrationCost', () => {
  test('by the priors: overhead and occupied memory over the link, dirty rounds on top', () => {
    const cost = migrationCost(aGuest(1, 'a', { mem: 8 * GiB, maxmem: 16 * GiB }), config);
    const least = 6 + (8 * 1024) / 112;
    expect(cost.duration_seconds.expected).toBeGreaterThan(least);
    expect(cost.duration_seconds.expected).toBeLessThan(least * 1.3);
    expect(cost.duration_seconds.low).toBeLessThan(least);
    expect(cost.restart).toBe(false);
  });
  test.each([
    ['more memory in use', { mem: 3 * GiB }],
    ['local disks', { constraints: { ...aGuest(1, 'a').constraints!, local_disk_bytes: 50 * GiB } }],
    ['more writing', { cpu: 1 }],
  ])('costs more with %s', (_, change) => {
    const [less, more] = [migrationCost(aGuest(1, 'a'), config), migrationCost(aGuest(1, 'a', change), config)];
    expect(more.duration_seconds.expected).toBeGreaterThan(less.duration_seconds.expected);
    expect(more.points).toBeGreaterThan(less.points);
  });
  test('disks of which the target has copies are not sent again', () => {
    const constraints = { ...aGuest(1, 'a').constraints!, local_disk_bytes: 50 * GiB, replicated_to: ['b'] };
    const guest = aGuest(1, 'a', { constraints });
    const [diskless, copied, whole] = [
      migrationCost(aGuest(1, 'a'), config),
      migrationCost(guest, config, { target: 'b' }),
      migrationCost(guest, config, { target: 'c' }),
    ];
    expect(copied).toEqual(diskless);
    expect(whole.bytes).toBe(copied.bytes + 50 * GiB);
    expect(migrationCost(guest, config)).toEqual(whole);
  });
  test('a container pays for the time that it is away', () => {
    const [vm, ct] = [migrationCost(aGuest(1, 'a'), config), migrationCost(aGuest(2, 'a', { type: 'lxc' }), config)];
    expect(ct.restart).toBe(true);
    expect(ct.downtime_seconds.expected).toBeGreaterThanOrEqual(20);
    expect(ct.points).toBeGreaterThan(10 * vm.points);
  });
  test.each([
    ['of all sizes', 2.5, (i: number) => 1 + ((i * 7) % 16)],
    ['of one size, over a fast link', 0.4, () => 4],
    ['of nearly one size, over a fast link', 0.9, (i: number) => 3.5 + (i % 3) / 2],
    ['of one size, over a slow link', 20, () => 4],
  ])('learns its path: within 10 %% after 20 transfers %s', (_, seconds_per_gib, gibOf) => {
    const real = (gib: number) => 6 + gib * seconds_per_gib;
    const errors: number[] = [];
    let path = emptyPath;
    for (let i = 0; i < 40; i++) {
      const mem = gibOf(i) * GiB;
      const cost = migrationCost(aGuest(1, 'a', { mem, maxmem: 32 * GiB, cpu: 0.1 }), config, { path });
      const seconds = real(cost.bytes / GiB);
      const predicted = cost.duration_seconds.expected;
      if (i >= 20) errors.push(Math.abs(predicted / seconds - 1));
      path = learnPath(path, { bytes: cost.bytes, seconds, predicted_seconds: predicted });
    }
    expect(errors.reduce((sum, e) => sum + e, 0) / errors.length).toBeLessThan(0.1);
  });
  test('the ratio is points times hours over price', () => {
    expect(costBenefitRatio(10, 12, 60)).toBe(2);
    expect(costBenefitRatio(10, 12, 0)).toBe(1000);
  });
});

/** A link that moves 1 GiB a second, so that a GiB is a second. */
const plain = aConfig({
  cost_model: {
    link_mib_per_second: 1024,
    overhead_seconds: 10,
    dirty_mib_per_second: 102.4,
    downtime_price: 3,
    container_downtime_seconds: 20,
  },
}).cost_model;
const vm = (change: object = {}) => aGuest(1, 'a', { mem: 8 * GiB, maxmem: 16 * GiB, cpu: 1, ...change });
const disks = (gib: number) => ({ constraints: { ...aGuest(1, 'a').constraints!, local_disk_bytes: gib * GiB } });
const ofPath = (change: object) => ({ ...emptyPath, ...change });

describe('what is sent', () => {
  test.each<[string, object, number, number]>([
    [
      'memory, and in each round what was written in the one before, until the rest is sent at a standstill',
      {},
      8.88,
      0.13,
    ],
    ['less is written by a guest that is not busy', { cpu: 0.5 }, 8.4 + 0.02, 0.07],
    ['memory that is in use, of a guest whose size is not known', { maxmem: 0 }, 8.88, 0.13],
    ['no more than the guest has', { mem: 32 * GiB }, 17.776, 0.066],
    ['disks along with memory', disks(5), 13.88, 0.13],
    ['disks alone of a container that is off', { type: 'lxc', status: 'stopped', ...disks(5) }, 5, 0.05],
    ['memory alone where nothing is known of disks', { constraints: undefined }, 8.88, 0.13],
  ])('%s', (_, change, gib, still) => {
    const { bytes, duration_seconds, downtime_seconds } = migrationCost(vm(change), plain);
    expect(bytes / GiB).toBeCloseTo(gib, 6);
    expect(duration_seconds.expected).toBeCloseTo(10 + gib, 6);
    expect(downtime_seconds.expected).toBeCloseTo(still, 6);
    expect([downtime_seconds.low, downtime_seconds.high]).toEqual([
      downtime_seconds.expected / 3,
      downtime_seconds.expected * 3,
    ]);
  });
  test('a guest that writes faster than is sent ends after twelve rounds of its working set, and stands still for half a second', () => {
    const { bytes, downtime_seconds } = migrationCost(vm(), { ...plain, dirty_mib_per_second: 4096 });
    expect(bytes / GiB).toBeCloseTo(8 + 12 * 0.3 * 8, 6);
    expect(downtime_seconds.expected).toBeCloseTo(0.55, 6);
  });
  test.each([
    ['is away for its restart and its disks', 50, 10, 70, 70],
    ['takes no less than its migration', 50, 40, 90, 70],
  ])('a container that runs %s', (_, gib, overhead_seconds, seconds, still) => {
    const cost = migrationCost(vm({ type: 'lxc', ...disks(gib) }), { ...plain, overhead_seconds });
    expect([cost.duration_seconds.expected, cost.downtime_seconds.expected]).toEqual([seconds, still]);
  });
});

describe('what it costs', () => {
  test('standing still, and a tenth of the time slowed down as far as it is busy', () => {
    const [busy, half] = [migrationCost(vm(), plain), migrationCost(vm({ cpu: 0.5 }), plain)];
    expect(busy.points).toBeCloseTo(3 * (0.13 + 0.01 * 18.88), 6);
    expect(half.points).toBeCloseTo(3 * (0.07 + 0.01 * 18.42 * 0.5), 6);
    expect(migrationCost(vm({ cpu: 2, mem: 0 }), plain).points).toBeCloseTo(3 * (0.05 + 0.01 * 10), 6);
  });
});

test('a core more that costs 50 points on either node costs so for as long as a tenth of the guest and of a core more is needed', () => {
  const [free, priced] = [migrationCost(vm(), plain), migrationCost(vm(), plain, { slope: 100 })];
  expect(priced.points - free.points).toBeCloseTo((18.88 / 3600) * 2 * 50 * 0.3, 6);
});

describe('a limit of the cluster', () => {
  const ct = vm({ type: 'lxc', ...disks(10) });
  test.each<[string, object, number | undefined, number]>([
    ['slows down a link that could do more', {}, GiB / 4, 10 + 40],
    ['does nothing to a link that is slower', {}, 4 * GiB, 10 + 10],
    ['of nothing is none', {}, 0, 10 + 10],
    [
      'counts for what was learned without it as well',
      { path: ofPath({ n: 300, gib: 150 * 11, seconds: 300 * 1, gib2: 150 * 101, gib_seconds: 150 * 11 }) },
      GiB / 4,
      41,
    ],
  ])('%s', (_, learned, limit, seconds) => {
    const off = { ...ct, status: 'stopped' as const };
    const cost = migrationCost(off, plain, { ...learned, limit });
    expect(cost.duration_seconds.expected).toBeCloseTo(seconds, 0);
    if (limit) expect(cost.bytes_per_second).toBeLessThanOrEqual(limit);
  });
  test('of the guest counts as well, and the lower of both', () => {
    const own = (migration_limit: number) => vm({ constraints: { ...aGuest(1, 'a').constraints!, migration_limit } });
    const rate = (guest: ReturnType<typeof own>, limit?: number) =>
      migrationCost(guest, plain, { limit }).bytes_per_second;
    expect([rate(own(GiB / 4)), rate(own(GiB / 4), GiB / 2), rate(own(GiB / 4), GiB / 8), rate(own(0))]).toEqual([
      GiB / 4,
      GiB / 4,
      GiB / 8,
      GiB,
    ]);
  });
  test('counts for the disks of a container that restarts', () => {
    expect(migrationCost(ct, plain, { limit: GiB / 4 }).downtime_seconds.expected).toBeCloseTo(20 + 40, 6);
  });
});

describe('restarts that were measured', () => {
  const ct = (gib: number) => vm({ type: 'lxc', ...disks(gib) });
  const seen = (times: number, gib: number, seconds: number) =>
    Array.from({ length: times }).reduce<typeof emptyPath>(
      (known) => learnPath(known, { bytes: gib * GiB, seconds, predicted_seconds: seconds }),
      emptyPath,
    );
  const still = (learned: object, gib = 0) => migrationCost(ct(gib), plain, learned).downtime_seconds.expected;

  test('are what the next is taken to need, within 10 % after 20 of them', () => {
    expect(still({})).toBe(20);
    expect(still({ all_restarts: seen(20, 0, 90) })).toBeGreaterThan(81);
    expect(still({ all_restarts: seen(20, 0, 90) })).toBeLessThan(99);
    expect(still({ all_restarts: seen(20, 0, 4) })).toBeLessThan(6);
  });
  test('on the same target say more than elsewhere', () => {
    expect(still({ restarts: seen(20, 0, 90), all_restarts: seen(20, 0, 5) })).toBeGreaterThan(80);
  });
  test('tell disks from the time to stop and start', () => {
    const mixed = [...Array(20).keys()].reduce<typeof emptyPath>(
      (known, i) => learnPath(known, { bytes: (i % 5) * 10 * GiB, seconds: 8 + (i % 5) * 30, predicted_seconds: 8 }),
      emptyPath,
    );
    expect(still({ all_restarts: mixed })).toBeLessThan(16);
    expect(still({ all_restarts: mixed }, 40)).toBeGreaterThan(110);
  });
  test('say nothing of VMs, nor of containers that are off', () => {
    const learned = { all_restarts: seen(20, 0, 90) };
    expect(migrationCost(vm(), plain, learned)).toEqual(migrationCost(vm(), plain));
    const off = vm({ type: 'lxc', status: 'stopped', ...disks(5) });
    expect(migrationCost(off, plain, learned)).toEqual(migrationCost(off, plain));
  });
});

describe('how sure that is', () => {
  test('35 % until something was measured, and down to what a link 25 times as fast would take', () => {
    const { low, high } = migrationCost(vm(), plain).duration_seconds;
    expect(high).toBeCloseTo(18.88 * (1 + 1.645 * 0.35), 6);
    expect(low).toBeCloseTo(18.88 * (1 - 1.645 * 0.35), 6);
    const long = migrationCost(vm({ type: 'lxc', status: 'stopped', ...disks(90) }), plain).duration_seconds;
    expect(long.low).toBeCloseTo(10 + 90 / 25, 6);
    const short = migrationCost(vm({ mem: 0 }), plain).duration_seconds;
    expect(short.low).toBeCloseTo(10 * (1 - 1.645 * 0.35), 6);
  });
  test('by the errors that were made, the more the more there were', () => {
    const onLine = ofPath({ n: 3, gib: 18, seconds: 48, gib2: 162, gib_seconds: 342 });
    const sure = migrationCost(vm({ type: 'lxc', status: 'stopped', ...disks(90) }), plain, { path: onLine });
    const sd = 0.35 * Math.SQRT1_2;
    expect(sure.duration_seconds.expected).toBeCloseTo(100, 6);
    expect(sure.duration_seconds.high).toBeCloseTo(100 * (1 + 1.645 * sd), 6);
    expect(sure.duration_seconds.low).toBeCloseTo((100 * (1 - 1.645 * sd) + 13.6) / 2, 6);
    const wrong = migrationCost(vm({ mem: 0 }), plain, { path: { ...onLine, error2: 3 } });
    expect(wrong.duration_seconds.high).toBeCloseTo(10 * (1 + 1.645 * Math.sqrt((3 + 3 * 0.35 ** 2) / 6)), 6);
    expect(migrationCost(vm({ mem: 0 }), plain, { path: { ...onLine, error2: 30 } }).duration_seconds.low).toBe(0);
  });
  test('downtimes that were measured count the more the more there were', () => {
    const path = ofPath({ downtimes: 3, downtime_seconds: 1.2 });
    expect(migrationCost(vm(), plain, { path }).downtime_seconds.expected).toBeCloseTo((0.4 + 0.13) / 2, 6);
  });
});

describe('what is learned of a path', () => {
  test('sums of which the older fade, with errors of no more than all', () => {
    const once = learnPath(emptyPath, { bytes: 2 * GiB, seconds: 10, predicted_seconds: 8, downtime_seconds: 0.2 });
    expect(once).toEqual({
      n: 1,
      gib: 2,
      seconds: 10,
      gib2: 4,
      gib_seconds: 20,
      error2: 0.0625,
      downtime_seconds: 0.2,
      downtimes: 1,
    });
    const twice = learnPath(once, { bytes: 4 * GiB, seconds: 20 });
    const expected = {
      n: 1.97,
      gib: 5.94,
      seconds: 29.7,
      gib2: 19.88,
      gib_seconds: 99.4,
      error2: 0.0625 * 0.97 + 0.1225,
      downtime_seconds: 0.194,
      downtimes: 0.97,
    };
    for (const [key, value] of Object.entries(expected))
      expect(twice[key as keyof typeof twice], key).toBeCloseTo(value, 9);
    expect(learnPath(emptyPath, { bytes: GiB, seconds: 50, predicted_seconds: 10 }).error2).toBe(1);
  });
  /** Three transfers of 1, 2 and 6 GiB, each 20 s and 3 s a GiB. */
  const slow = ofPath({ n: 3, gib: 9, seconds: 87, gib2: 41, gib_seconds: 303 });
  const tenGib = vm({ type: 'lxc', status: 'stopped', ...disks(10) });
  const seconds = (learned: object) => migrationCost(tenGib, plain, learned).duration_seconds.expected;
  test('is a line through the transfers, drawn towards the prior', () => {
    expect(seconds({ path: slow })).toBeCloseTo(20.262334536702767 + 10 * 1.1155234657039712, 6);
    expect(seconds({ cluster: slow })).toBeCloseTo(20.262334536702767 + 10 * 1.1155234657039712, 6);
  });
  test('a path of which nothing is known is as the cluster is', () => {
    expect(seconds({ path: emptyPath, cluster: slow })).toBe(seconds({ cluster: slow }));
    expect(seconds({ path: emptyPath })).toBe(20);
  });
  test('never takes less than nothing, nor sends faster than 50 times the prior', () => {
    const shrinking = ofPath({ n: 300, gib: 150 * 11, seconds: 150 * 120, gib2: 150 * 101, gib_seconds: 150 * 200 });
    expect(migrationCost(tenGib, plain, { path: shrinking }).bytes_per_second).toBe(50 * GiB);
    const steep = ofPath({ n: 300, gib: 150 * 11, seconds: 150 * 60, gib2: 150 * 101, gib_seconds: 150 * 600 });
    expect(migrationCost(vm({ mem: 0 }), plain, { path: steep }).duration_seconds.expected).toBe(0);
  });
});
