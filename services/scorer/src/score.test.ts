import { NodeHistory, nodeHistory } from '@evenkeel/contracts';
import { aCluster, aConfig, aGuest, aNode, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { findTrend } from './find-trend.ts';
import { baseline, dailyPattern, learnHours } from './learn-hours.ts';
import { weeklyPattern } from './learn-week.ts';
import { backfillNode, emptyHistory, rememberNode } from './remember-node.ts';
import { score } from './score.ts';

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

  test('converges where all is even and below the thresholds, and remembers all the same', () => {
    const { convergence, histories } = scored(busy(0.2));
    expect(convergence.converged).toBe(true);
    expect(histories.map((h) => [h.node, h.recent.length])).toEqual([
      ['a', 1],
      ['b', 1],
    ]);
  });

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

describe('hours', () => {
  const daily = (h: number) => (Math.floor(h) % 24 >= 9 && Math.floor(h) % 24 < 12 ? 0.8 : 0.2);
  test('learns the peak, in the time zone of the cluster', () => {
    const history = watched(24 * 6, daily);
    expect(dailyPattern(learnHours(history, 'UTC'), 10)).toMatchObject({ peak_hours: [9, 10, 11], in_peak: true });
    expect(dailyPattern(learnHours(history, 'Europe/Paris'), 9).peak_hours).toEqual([10, 11, 12]);
    const usual = baseline(learnHours(history, 'UTC'), 10, 0.8, 0.25);
    expect([usual.founded, usual.cpu_mean.toFixed(3)]).toEqual([true, '0.800']);
  });
  test('one day is no pattern', () =>
    expect(dailyPattern(learnHours(watched(24, daily), 'UTC'), 10).peak_hours).toEqual([]));
  describe('weekdays', () => {
    const noise = (h: number) => 0.06 * Math.sin(Math.floor(h) * 97.3) * Math.cos(Math.floor(h) * 13.7);
    const office = (h: number) => (Math.floor(h / 24) % 7 < 5 ? daily(h) : 0.2) + noise(h);
    const mondays = (h: number) => (Math.floor(h / 24) % 7 === 0 ? daily(h) : 0.2) + noise(h);
    const [monday, tuesday, saturday] = [10, 34, 130];
    test.each<[string, (h: number) => number, number, number, object | undefined]>([
      ['a working day', office, 15, monday, { weekday: 0, peak_hours: [9, 10, 11], in_peak: true }],
      ['a day off', office, 15, saturday, { weekday: 5, peak_hours: [], in_peak: false }],
      ['the one day that is busy', mondays, 15, monday, { weekday: 0, peak_hours: [9, 10, 11], in_peak: true }],
      ['a day that is not', mondays, 15, tuesday, { weekday: 1, peak_hours: [], in_peak: false }],
      ['not yet two weeks', office, 12, monday, undefined],
      ['every day like the other', (h) => daily(h) + noise(h), 15, monday, undefined],
      ['nothing but noise', (h) => 0.4 + 3 * noise(h), 15, monday, undefined],
      ['one busy day that did not come again', (h) => (h < 24 ? daily(h) : 0.2), 14, monday, undefined],
    ])('%s', (_, cpu, days, weekHour, expected) => {
      const pattern = weeklyPattern(watched(24 * days, cpu), 'UTC', weekHour);
      if (expected) expect(pattern).toMatchObject({ ...expected, days: 14 });
      else expect(pattern).toBeUndefined();
    });
    test('by the clock of the cluster', () => {
      const history = watched(24 * 15, mondays);
      expect(weeklyPattern(history, 'Asia/Tokyo', 18)).toMatchObject({ weekday: 0, peak_hours: [18, 19, 20] });
    });
    test('a score says which weekday it is', () => {
      const known = { a: { ...watched(24 * 14, mondays), residents: [] } };
      const at = new Date((start + 14 * 24 * hour + 10 * hour) * 1000).toISOString();
      const { scores } = score({ ...aCluster([aNode('a')], []), at }, [], known, aConfig());
      expect(scores[0]!.pattern).toMatchObject({ weekday: 0, in_peak: true });
    });
  });
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
