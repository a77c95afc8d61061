import { NodeHistory, type NodeSample, type NodeScore, nodeHistory } from '@evenkeel/contracts';
import { encodeWeekHours, hourShift, localTime, penaltyOf, planState, risesOf } from '@evenkeel/model';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findTrend } from './find-trend.ts';
import { backfillNode, emptyHistory, rememberNode } from './remember-node.ts';
import { score } from './score.ts';
import { hourly, monday } from './testing/hourly.ts';

const hour = 3600;
const start = Date.UTC(2026, 0, 5) / 1000;

/** A node watched every 5 minutes, its CPU a function of the hours since the start. */
const watched = (hours: number, cpu: (h: number) => number) => {
  let history = emptyHistory('a');
  for (let s = 0; s < hours * hour; s += 300)
    history = rememberNode(history, aNode('a', { cpu: cpu(s / hour), mem: 16 * GiB }), [], start + s);
  return history;
};

describe('score', () => {
  const busy = (cpu: number) => [1, 2, 3, 4, 5, 6, 7, 8].map((i) => aGuest(i, 'a', { cpu, maxcpu: 2 }));
  const nodes = [aNode('a'), aNode('b'), aNode('c', { status: 'offline' })];
  const scored = (guests = busy(0.8), config = {}, known = {}) =>
    score(
      aCluster(nodes, guests),
      guests.map((g) => aProfile(g)),
      known,
      aConfig(config),
    );

  test('prices each online node by its parts, and knows how far they are apart', () => {
    const { scores, convergence } = scored();
    expect(scores.map((s) => s.node)).toEqual(['a', 'b']);
    const [a, b] = [scores[0]!, scores[1]!];
    expect(a.cpu).toBeCloseTo(0.8, 6);
    expect(a.exceeded).toEqual(['cpu']);
    expect(a.parts.reduce((sum, p) => sum + p.points, 0)).toBeCloseTo(a.penalty, 2);
    expect(b.penalty).toBe(0);
    expect(convergence).toMatchObject({ converged: false, threshold: 8 });
    expect(convergence.reason).toBe(
      `penalties ${a.penalty.toFixed(1)} points apart, up to 8.0 are tolerated; a over its threshold for cpu`,
    );
  });

  test('nodes of one size with the same guests have the same penalty, and ask for nothing below their thresholds', () => {
    const kind = fc.record({
      cpu: fc.double({ min: 0, max: 1, noNaN: true }),
      maxcpu: fc.integer({ min: 1, max: 8 }),
      mem: fc.double({ min: 0, max: 8 * GiB, noNaN: true }),
      maxmem: fc.constant(8 * GiB),
    });
    const behavior = fc.constantFrom('steady', 'bursty', 'growing', 'cyclical', 'unknown');
    const size = fc.record({
      maxcpu: fc.integer({ min: 4, max: 128 }),
      maxmem: fc.integer({ min: 16, max: 512 }).map((gib) => gib * GiB),
      speed_factor: fc.constantFrom(0.5, 1, 2),
    });
    const alike = fc.array(fc.tuple(kind, behavior), { maxLength: 6 });
    fc.assert(
      fc.property(size, alike, fc.integer({ min: 2, max: 5 }), fc.boolean(), (given, guests, count, backwards) => {
        const names = Array.from({ length: count }, (_, n) => `node${n}`);
        const placed = names.flatMap((node, n) => guests.map(([g], i) => aGuest(100 * (n + 1) + i, node, g)));
        const sample = aCluster(
          names.map((node) => aNode(node, given)),
          backwards ? [...placed].reverse() : placed,
        );
        const day = Array.from({ length: 24 }, (_, h) => (h < 8 ? 0.1 : 0.6));
        const profiles = placed.map((g) => {
          const [, behavior] = guests[g.vmid % 100]!;
          const rhythm = behavior === 'cyclical' ? { window_hours: 336, hourly_cpu: day } : {};
          return aProfile(g, { behavior, cpu_growth_per_day: behavior === 'growing' ? 5 : 0, ...rhythm });
        });
        const { scores, convergence } = score(sample, profiles, {}, aConfig());
        const [first, ...others] = scores;
        for (const { penalty, suitability, parts } of others)
          expect({ penalty, suitability, parts }).toEqual({
            penalty: first!.penalty,
            suitability: first!.suitability,
            parts: first!.parts,
          });
        expect(scores).toHaveLength(count);
        expect(convergence.spread).toBe(0);
        expect(convergence.converged).toBe(first!.exceeded.length === 0);
      }),
    );
  });

  test('converges where all is even and below the thresholds, and remembers all the same', () => {
    const { convergence, histories } = scored(busy(0.2));
    expect(convergence.converged).toBe(true);
    expect(histories.map((h) => [h.node, h.recent.length])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

  test.each(['steady', 'cyclical'] as const)(
    'is what a plan starts from, trend and pressure included: %s',
    (behavior) => {
      const at = Date.parse('2026-01-05T12:00:00.000Z') / 1000;
      const day = Array.from({ length: 24 }, (_, h) => (h >= 8 && h < 16 ? 0.9 : 0.3));
      const guests = busy(0.8);
      const sample = aCluster([aNode('a', { pressure: { cpu_some: 35 } }), aNode('b')], guests);
      const profiles = guests.map((g) => aProfile(g, { behavior, window_hours: 336, hourly_cpu: day }));
      const recent = Array.from({ length: 35 }, (_, i) => [at - (35 - i) * 300, 0.8 - (35 - i) * 0.005, 0.1] as const);
      const known = { a: NodeHistory.parse({ ...emptyHistory('a'), residents: guests.map((g) => g.guest), recent }) };
      const config = aConfig();
      const { scores } = score(sample, profiles, known, config);
      const points = Object.fromEntries(scores[0]!.parts.map((p) => [p.part, p.points]));
      expect(scores[0]!.trend.direction).toBe('rising');
      expect(points.pressure).toBeCloseTo((0.3 * 35 ** 2) / 50, 3);
      expect(points.trend).toBeGreaterThan(1);
      const state = planState(sample, profiles, config, risesOf(scores));
      expect(penaltyOf(state, 0)).toBeCloseTo(scores[0]!.penalty, 2);
      expect(scores[0]!.parts.reduce((sum, p) => sum + p.points, 0)).toBeCloseTo(scores[0]!.penalty, 2);
    },
  );

  test('[P22] a node whose load rises pays for that, one at rest does not', () => {
    const noon = Date.parse('2026-01-05T12:00:00.000Z') / 1000;
    const before = (perHour: number) => {
      let history = emptyHistory('a');
      for (let s = -3 * hour; s < 0; s += 300)
        history = rememberNode(history, aNode('a', { cpu: 0.8 + (perHour * s) / hour }), [], noon + s);
      return { a: history };
    };
    const priceOf = (perHour: number) => {
      const [a] = scored(busy(0.8), {}, before(perHour)).scores;
      return [a!.trend.direction, a!.parts.find(({ part }) => part === 'trend')!.points > 0];
    };
    expect(priceOf(0.15)).toEqual(['rising', true]);
    expect(priceOf(0)).toEqual(['flat', false]);
  });

  test('an emptied node is no reason to balance', () => {
    const { convergence } = scored(busy(0.55), { automated_migrations: { maintenance_nodes: ['b'] } });
    expect(convergence).toMatchObject({ spread: 0, converged: true });
  });

  test('the order of what comes in changes nothing', () => {
    const sample = aCluster(nodes, busy(0.7));
    const profiles = sample.guests.map((g) => aProfile(g));
    const turned = { ...sample, nodes: [...sample.nodes].reverse(), guests: [...sample.guests].reverse() };
    expect(score(turned, [...profiles].reverse(), {}, aConfig())).toEqual(score(sample, profiles, {}, aConfig()));
  });

  const part = (scores: NodeScore[], name: string) => scores[0]!.parts.find((p) => p.part === name);

  test('prices what a node suffers now, and what is coming', () => {
    const sick = aNode('a', { iowait: 0.2, pressure: { cpu_some: 12, memory_some: 3, io_some: 5 } });
    const at = (i: number) => Date.parse('2026-01-05T12:00:00Z') / 1000 + (i - 12) * 300;
    const recent = (by: number) =>
      Array.from({ length: 12 }, (_, i): [number, number, number] => [at(i), 0.5 + by * i, 0]);
    const of = (node: NodeSample, by: number) =>
      score(aCluster([node], []), [], { a: { ...emptyHistory('a'), recent: recent(by) } }, aConfig()).scores;
    const [rising, falling, calm] = [of(sick, 0.01), of(sick, -0.01), of(aNode('a'), 0)];
    expect(rising[0]).toMatchObject({ iowait: 0.2, trend: { direction: 'rising' } });
    expect(part(rising, 'pressure')?.value).toBe(12);
    expect(part(rising, 'trend')?.value).toBeCloseTo(0.12, 2);
    expect(part(falling, 'trend')?.value).toBe(0);
    expect(calm[0]).not.toHaveProperty('iowait');
    expect(part(calm, 'pressure')?.value).toBe(0);
  });

  const half = (busyBefore: boolean) => Array.from({ length: 24 }, (_, h) => (h < 12 === busyBefore ? 0.9 : 0.1));
  const rhythmic = (hourly_cpu: number[], now = 0.1, timezone?: string) => {
    const guests = busy(now);
    const cpu = { ...aProfile(guests[0]!).cpu, day: 0.5, week: 0.5, mean: 0.5, p95: 0.9, max: 0.9 };
    const profiles = guests.map((g) => aProfile(g, { behavior: 'cyclical', window_hours: 336, hourly_cpu, cpu }));
    const zones =
      timezone === undefined
        ? {}
        : {
            clusters: [
              { name: 'east', hosts: ['x'], timezone: 'Asia/Tokyo' },
              { name: 'lab', hosts: ['y'], timezone },
            ],
          };
    return score(aCluster(nodes, guests), profiles, {}, aConfig(zones)).scores;
  };

  test('prices each hour of a rhythm, which costs more than the same all day', () => {
    const [a, b] = rhythmic(half(true)) as [NodeScore, NodeScore];
    expect(a.cpu).toBeCloseTo(0.5, 2);
    const rhythm = part([a], 'rhythm')!;
    expect(rhythm.value).toBeCloseTo(0.9, 2);
    expect(rhythm.points).toBeGreaterThan(5);
    expect(a.parts.reduce((sum, p) => sum + p.points, 0)).toBeCloseTo(a.penalty, 2);
    const hours = a.hourly_penalty!;
    expect(hours).toHaveLength(24);
    expect(hours.reduce((sum, p) => sum + p, 0) / 24).toBeCloseTo(a.penalty, 1);
    expect(new Set(hours).size).toBe(2);
    for (const points of hours) expect(points * 100).toBeCloseTo(Math.round(points * 100), 6);
    expect(b).not.toHaveProperty('hourly_penalty');
    expect(part([b], 'rhythm')).toEqual({ part: 'rhythm', value: 0, points: 0 });
  });

  test.each([
    ['a quiet afternoon', half(true), 0.1, undefined, []],
    ['the same where it is still morning', half(false), 0.1, 'America/New_York', []],
    ['a busy afternoon', half(false), 0.9, undefined, ['cpu']],
    ['the same where it is still morning, and so on', half(true), 0.9, 'America/New_York', ['cpu']],
  ])('goes over a threshold by what is expected at this hour: %s', (_, hourly_cpu, now, timezone, exceeded) => {
    expect(rhythmic(hourly_cpu, now, timezone)[0]!.exceeded).toEqual(exceeded);
  });

  test('says which weekday it is, where weekdays differ', () => {
    const mondays = (h: number) => (Math.floor(h / 24) % 7 === 0 && h % 24 >= 9 && h % 24 < 12 ? 0.8 : 0.2);
    const known = { a: hourly(14 * 24, mondays) };
    const at = new Date((monday + 14 * 24 + 10) * 3_600_000).toISOString();
    const nodes = [aNode('a', { cpu: 0.8 })];
    const { scores } = score({ ...aCluster([], [], { nodes }), at }, [], known, aConfig());
    expect(scores[0]!.pattern).toMatchObject({ weekday: 0, in_peak: true });
  });

  describe('a node whose peak was from nine to twelve for two weeks', () => {
    const morning = (h: number) => (h % 24 >= 9 && h % 24 < 12 ? 0.8 : 0.2);
    const evening = (h: number) => (h % 24 >= 20 ? 0.8 : 0.2);
    const shape = (cpu: (h: number) => number) => Array.from({ length: 24 }, (_, h) => cpu(h));
    const first_hour = Math.floor(start / hour) - 14 * 24;
    const resident = (vmid: number, cpu: number, hourly_cpu: number[] | undefined) => {
      const guest = aGuest(vmid, 'a', { cpu, maxcpu: 8 });
      const mean = hourly_cpu ? hourly_cpu.reduce((sum, c) => sum + c / 24, 0) : cpu;
      const same = { ...aProfile(guest).cpu, hour: cpu, day: mean, week: mean, mean };
      const rhythm = hourly_cpu ? { behavior: 'cyclical' as const, window_hours: 336, hourly_cpu } : {};
      return { guest, profile: aProfile(guest, { ...rhythm, cpu: same }) };
    };
    const at = (h: number, own: ReturnType<typeof resident>[], history = hourly(14 * 24, morning, first_hour)) => {
      const change = { at: new Date((start + h * hour + 60) * 1000).toISOString() };
      const sample = aCluster(
        [aNode('a')],
        own.map(({ guest }) => guest),
        change,
      );
      return score(
        sample,
        own.map(({ profile }) => profile),
        { a: history },
        aConfig(),
      ).scores[0]!.pattern!;
    };
    const both = (cpu: number, hourly_cpu?: number[]) => [1, 2].map((vmid) => resident(vmid, cpu, hourly_cpu));

    test.each<[string, number, ReturnType<typeof resident>[], boolean]>([
      ['is in it with the guests that make it', 10, both(0.8, shape(morning)), true],
      ['is in it with them although they are late today', 10, both(0.2, shape(morning)), true],
      ['is in it with what is as busy at that hour', 10, both(0.8), true],
      ['is not in it once they are gone', 10, both(0.2), false],
      ['is not in it once nobody is there', 10, [], false],
      ['is in what is left of it', 10, [...both(0.2), resident(3, 0.6, shape(morning))].slice(1), true],
      ['is out of it at other hours', 14, both(0.2, shape(morning)), false],
      ['is in the peak of guests that have come since', 21, both(0.8, shape(evening)), true],
      ['is in no peak of theirs at other hours', 14, both(0.2, shape(evening)), false],
      [
        'is in no peak of what hardly has one',
        21,
        both(
          0.3,
          shape((h) => evening(h) / 5),
        ),
        false,
      ],
    ])('%s', (_, h, own, in_peak) => expect(at(h, own).in_peak).toBe(in_peak));

    test('says of a peak that guests brought with them that it is expected, and when', () =>
      expect(at(21, both(0.8, shape(evening)))).toMatchObject({
        peak_hours: [20, 21, 22, 23],
        expected: true,
        spread: expect.closeTo(0.6, 1),
      }));

    test('takes nothing for a peak that its own hours show as well as its guests', () => {
      const own = at(21, both(0.8, shape(evening)), hourly(14 * 24, evening, first_hour));
      expect(own).toMatchObject({ in_peak: true, peak_hours: [20, 21, 22, 23] });
      expect(own).not.toHaveProperty('expected');
    });

    test('expects none of them before it knows three days of itself', () =>
      expect(at(21, both(0.8, shape(evening)), hourly(48, morning, Math.floor(start / hour) - 48)).in_peak).toBe(
        false,
      ));

    test('knows the weekly peak of a guest that has come', () => {
      const { guest, profile } = resident(1, 0.8, undefined);
      const weekly_peak = { hours: encodeWeekHours((h) => h === 21), cpu: 0.8, otherwise: 0.1 };
      const cpu = { ...profile.cpu, hour: 0.1, day: 0.1, week: 0.1, mean: 0.1 };
      const own = [{ guest, profile: { ...profile, behavior: 'cyclical' as const, cpu, weekly_peak } }];
      expect([at(21, own).in_peak, at(21 + 24, own).in_peak]).toEqual([true, false]);
    });
  });

  test.each([
    ['usual at this hour: expected', 0.8, 10, []],
    ['beyond what is usual', 0.4, 10, ['cpu']],
    ['too little history: not suppressed', 0.8, 3, ['cpu']],
  ])('seasonal baseline: %s', (_, usual, days, exceeded) => {
    const known = { a: { ...emptyHistory('a'), first_hour: start / hour - days * 24 + 12 } };
    const hours = Array.from({ length: days * 24 }, () => Math.round(usual * 1000));
    Object.assign(known.a, { cpu: hours, mem: hours.map(() => 100), iowait: hours.map(() => 0) });
    const { scores } = scored(busy(0.8), { penalty_config: { seasonal_baseline: { enabled: true } } }, known);
    expect(scores[0]!.exceeded).toEqual(exceeded);
    expect(scores[0]!.seasonal_note).toContain(days < 5 ? 'too few' : '80 % against');
  });
});

describe('trend', () => {
  const noise = (h: number) => 0.03 * Math.sin(h * 97.3);
  test.each([
    ['falling', (h: number) => 0.9 - 0.15 * h + noise(h), 'falling'],
    ['rising', (h: number) => 0.3 + 0.15 * h + noise(h), 'rising'],
    ['noise', (h: number) => 0.5 + noise(h), 'flat'],
    ['one spike', (h: number) => (h > 1 && h < 1.2 ? 0.95 : 0.4) + noise(h), 'flat'],
  ])('%s', (_, cpu, expected) => {
    const history = watched(3, cpu);
    expect(findTrend(history, cpu(3)).direction).toBe(expected);
  });
  test('too short to say', () =>
    expect(
      findTrend(
        watched(0.5, () => 0.5),
        0.5,
      ).direction,
    ).toBe('unknown'));
  test('a guest that left is no trend', () => {
    let history = emptyHistory('a');
    for (let i = 0; i < 24; i++) {
      const at = i < 12 ? 'a' : 'b';
      const node = aNode('a', { cpu: i < 12 ? 0.8 : 0.3, mem: 0 });
      history = rememberNode(history, node, [aGuest(1, at, { cpu: 1, maxcpu: 8 })], start + i * 300);
    }
    expect(findTrend(history, 0.3)).toMatchObject({ direction: 'flat', samples: 24 });
  });
});

describe('what is remembered', () => {
  test('backfill comes before what was watched and does not overwrite it', () => {
    const history = watched(3, () => 0.5);
    const points = Array.from({ length: 30 }, (_, i): [number, number, number, number] => [
      start - 24 * hour + i * hour,
      hour,
      0.3,
      32 * GiB,
    ]);
    const full = backfillNode(history, points, 64 * GiB);
    expect(full.first_hour).toBe(start / hour - 24);
    expect(full.cpu.slice(0, 24).every((c) => c === 300)).toBe(true);
    expect(full.cpu.slice(24, 26)).toEqual([500, 500]);
    expect(full.mem[0]).toBe(500);
  });
  test('months of readings stay within the budget', () => {
    const many = Array.from({ length: 60 }, (_, i) => aGuest(100_000 + i, 'a'));
    let history = watched(24 * 20, (h) => 0.123456 + (h % 7) / 11);
    history = rememberNode(history, aNode('a', { cpu: 0.9 }), many, start + 24 * 20 * hour);
    expect(history.cpu).toHaveLength(14 * 24);
    expect(JSON.stringify(NodeHistory.parse(history)).length).toBeLessThan(nodeHistory.budget_bytes);
  });
});

describe('a nightly job from two to three', () => {
  test.each([
    ['UTC', 0],
    ['Europe/Berlin', 0],
    ['Asia/Kolkata', 0],
    ["Asia/Kathmandu, whose hours begin within Proxmox's half hours", 1],
    ['America/St_Johns', 0],
  ])('is usual at its hour, and at no other: %s', (where, unusual) => {
    const timezone = where.split(',')[0]!;
    const minuteOf = (s: number) => localTime(s * 1000, timezone)!.minute;
    const cpuAt = (s: number) => (minuteOf(s) >= 120 && minuteOf(s) < 180 ? 0.9 : 0.2);
    const seasons = { penalty_config: { seasonal_baseline: { enabled: true } } };
    const config = aConfig({ clusters: [{ name: 'lab', hosts: ['x'], timezone }], ...seasons });
    const sampleAt = (s: number) =>
      aCluster([], [], {
        nodes: [aNode('a', { cpu: cpuAt(s), mem: 16 * GiB })],
        at: new Date(s * 1000).toISOString(),
      });
    const shift = hourShift(start * 1000, timezone);
    const points = Array.from({ length: 9 * 48 }, (_, i): [number, number, number, number] => {
      const at = start + i * 1800;
      return [at, 1800, (cpuAt(at) + cpuAt(at + 900)) / 2, 16 * GiB];
    });
    let history = backfillNode(emptyHistory('a'), points, 64 * GiB, shift);
    const seen: [number, boolean, number][] = [];
    for (let s = start + 9 * 24 * hour; s < start + 10 * 24 * hour; s += 900) {
      const { scores, histories } = score(sampleAt(s), [], { a: history }, config);
      history = histories[0]!;
      if (s % 3600 === 900) seen.push([minuteOf(s), scores[0]!.pattern!.in_peak, scores[0]!.exceeded.length]);
    }
    expect(seen).toHaveLength(24);
    for (const [minute, in_peak, exceeded] of seen)
      expect([minute, in_peak, exceeded]).toEqual([
        minute,
        minute >= 120 && minute < 180,
        minute === 120 ? unusual : 0,
      ]);
  });
});
