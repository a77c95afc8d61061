import { Outcome, watchedMigrations } from '@evenkeel/contracts';
import { nodePenalty } from '@evenkeel/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginWatch } from './begin-watch.ts';
import { completed, feed, prices, type Scene, sampleAt, sampled, told } from './testing/scenes.ts';
import { superseded, track } from './track.ts';

const day = 24 * 3600;
const hour = 3600;
/** Every 30 seconds for two hours, then every half an hour until the next day is over. */
const looks = (scene: (s: number) => Scene = () => ({})) =>
  [
    ...Array.from({ length: 240 }, (_, i) => 30 * (i + 1)),
    ...Array.from({ length: 46 }, (_, i) => 2 * hour + 1800 * (i + 1)),
  ].map((s) => sampled(s, scene(s)));

const brief = (outcomes: Outcome[]) => outcomes.map((o) => `${o.migration_id} ${o.horizon} ${o.verdict ?? '-'}`);

describe('outcomes', () => {
  it('are recorded three times, at the first sample when they are due', async () => {
    const { outcomes, left } = await feed([
      told(completed()),
      ...looks(() => ({ n1: { cpu: 0.7 }, n2: { cpu: 0.4 } })),
    ]);
    expect(brief(outcomes)).toEqual(['m-101 5m beneficial', 'm-101 1h beneficial', 'm-101 24h beneficial']);
    expect(outcomes.map((o) => (Date.parse(o.judged_at) - Date.parse(o.completed_at)) / 1000)).toEqual([
      300,
      hour,
      day,
    ]);
    for (const outcome of outcomes) expect(Outcome.parse(outcome)).toEqual(outcome);
    expect(outcomes[0]).toMatchObject({
      duration_seconds: { actual: 18 },
      target_cpu: { actual: expect.closeTo(0.4) },
    });
    expect(left.size).toBe(0);
  });

  it('are recorded for each of several migrations that end within a second', async () => {
    const three = [101, 102, 103].map((vmid) => told(completed({ vmid })));
    const { outcomes } = await feed([...three, ...looks(() => ({ vmids: [101, 102, 103] }))]);
    expect(new Set(brief(outcomes).map((line) => line.split(' ').slice(0, 2).join(' '))).size).toBe(9);
    expect(outcomes).toHaveLength(9);
  });

  it('are remembered within the budget', async () => {
    const { left } = await feed([told(completed()), ...looks().slice(0, 200)]);
    const kept = JSON.stringify([...left.values()][0]);
    expect(watchedMigrations.data.parse(JSON.parse(kept))).toEqual(JSON.parse(kept));
    expect(kept.length).toBeLessThan(watchedMigrations.budget_bytes / 2);
  });

  it('come at the next sample where the migration is heard of too late', async () => {
    const { outcomes } = await feed([sampled(30), sampled(600), told(completed()), sampled(630)]);
    expect(outcomes.map((o) => [o.horizon, o.actual_gain !== undefined])).toEqual([['5m', true]]);
  });
});

describe('an outcome is closed early', () => {
  const cases: [string, Scene, RegExp][] = [
    ['the guest has gone', { guest: null }, /qemu\/101 is gone/],
    ['the guest has stopped', { guest: { status: 'stopped' } }, /is stopped/],
    ['the guest was moved by hand', { guest: { node: 'n3' } }, /moved again to n3 by somebody else/],
    ['the number belongs to another guest', { guest: { identity: 'other' } }, /is another guest now/],
  ];
  it.each(cases)('where %s', async (_, scene, reason) => {
    const { outcomes, left } = await feed([told(completed()), ...looks((s) => (s >= 900 ? scene : {}))]);
    expect(outcomes.map((o) => o.horizon)).toEqual(['5m', '1h', '24h']);
    expect(outcomes.map((o) => o.closed_early !== undefined)).toEqual([false, true, true]);
    expect(outcomes[2]!.closed_early).toMatch(reason);
    expect(outcomes[2]!.actual_gain).toBeDefined();
    expect(left.size).toBe(0);
  });

  it('by a later migration, which is named', async () => {
    const later = completed({ id: 'm-2', target: 'n3', at: 900 });
    const started = { name: 'migration.started' as const, data: { ...later } };
    const moved = (s: number): Scene => (s >= 880 ? { guest: { node: 'n3' } } : {});
    const all = looks(moved);
    const heardFirst = await feed([told(completed()), ...all.slice(0, 28), started, ...all.slice(28, 30), told(later)]);
    expect(heardFirst.outcomes[2]!.closed_early).toBe('moved again to n3 by m-2');
    const seenLater = await feed([told(completed()), told(later)]);
    expect(seenLater.outcomes.map((o) => o.closed_early)).toEqual(Array(3).fill('moved again to n3 by m-2'));
  });

  it('not by what was seen before it ended', () => {
    const watched = beginWatch(completed());
    expect(track(watched, sampleAt(-60, { guest: null }), prices)).toEqual({ watched, outcomes: [] });
  });

  it('not where a look still shows the place before the move', () => {
    const watched = beginWatch(completed());
    expect(track(watched, sampleAt(10, { guest: { node: 'n1' } }), prices).outcomes).toEqual([]);
  });

  it('not where a node is out of sight, but then what was seen before is judged', async () => {
    const { outcomes } = await feed([told(completed()), ...looks((s) => (s > 600 ? { offline: 'n2' } : {}))]);
    expect(outcomes.map((o) => [o.horizon, o.closed_early])).toEqual([
      ['5m', undefined],
      ['1h', 'n2 is not online'],
      ['24h', 'n2 is not online'],
    ]);
  });
});

describe('what a migration changed [P26]', () => {
  const judged = async (scene: (s: number) => Scene, expected = 5) =>
    (await feed([told(completed({ expected })), ...looks(scene)])).outcomes;

  it('a relief of memory is beneficial', async () => {
    const outcomes = await judged(() => ({ n1: { mem: 0.6 }, n2: { mem: 0.5 }, cores: 0, gib: 38.4 }));
    expect(outcomes.map((o) => o.verdict)).toEqual(['beneficial', 'beneficial', 'beneficial']);
  });
  it('a rise of the background is not held against it', async () => {
    const calm = await judged(() => ({ n1: { cpu: 0.5 }, n2: { cpu: 0.4 } }));
    const risen = await judged((s) => (s < 10 ? {} : { n1: { cpu: 0.8 }, n2: { cpu: 0.7 } }));
    expect(risen.map((o) => o.verdict)).toEqual(calm.map((o) => o.verdict));
    expect(calm[0]!.verdict).toBe('beneficial');
  });
  it('a fall of the background is not counted for it', async () => {
    const outcomes = await judged((s) => ({ n1: { cpu: s < 100 ? 0.3 : 0.1 }, n2: { cpu: 0.8 } }));
    expect(outcomes.map((o) => o.verdict)).toEqual(['harmful', 'harmful', 'harmful']);
  });
  const points = (cpu: number) => nodePenalty({ cpu, mem: 0, spikes: 0.15 }, prices).penalty;
  it('what came true to the point has no error', async () => {
    const [first] = await judged(
      () => ({ n1: { cpu: 0.5 }, n2: { cpu: 0.4 }, gib: 0 }),
      points(0.625) + points(0.275) - points(0.5) - points(0.4),
    );
    expect(first!.error).toBeCloseTo(0, 1);
  });
  it('each horizon is judged by its own time', async () => {
    const outcomes = await judged((s) =>
      s < 1800 ? { n1: { cpu: 0 }, n2: { cpu: 0.9 } } : { n1: { cpu: 0.45 }, n2: { cpu: 0.4 } },
    );
    expect(outcomes.map((o) => o.verdict)).toEqual(['harmful', 'beneficial', 'beneficial']);
  });
  it('a saturated node is noted', async () => {
    const [first] = await judged(() => ({ n2: { cpu: 0.99 } }));
    expect(first!.note).toMatch(/n2 was saturated \(CPU 99 %, pressure 0 %\)/);
  });
  it('a move of little weight is neutral', async () => {
    const [first] = await judged(() => ({ n1: { cpu: 0.5 }, n2: { cpu: 0.45 }, cores: 0.1, gib: 0.1 }));
    expect(first!.verdict).toBe('neutral');
  });
});

const load = fc.double({ min: 0.05, max: 0.6, noNaN: true });

describe('laws', () => {
  const gain = (scene: Scene) => track(beginWatch(completed()), sampleAt(300, scene), prices).outcomes[0]!;

  // A penalty is convex, so more load makes a gain or a loss weigh more; it never turns one into the other.
  it('load added to both nodes alike never turns a gain into a loss', () => {
    const weight = { neutral: 0, beneficial: 1, harmful: -1 };
    fc.assert(
      fc.property(load, load, fc.double({ min: 0, max: 0.3, noNaN: true }), (a, b, more) => {
        const low = gain({ n1: { cpu: a }, n2: { cpu: b + 0.125 }, gib: 0 });
        const high = gain({ n1: { cpu: a + more }, n2: { cpu: b + 0.125 + more }, gib: 0 });
        expect(weight[high.verdict!] * weight[low.verdict!]).toBeGreaterThanOrEqual(0);
        expect(Math.abs(high.actual_gain!)).toBeGreaterThanOrEqual(Math.abs(low.actual_gain!) - 1e-6);
      }),
    );
  });
  it('a move helps exactly where the source would be the fuller of the two', () => {
    fc.assert(
      fc.property(load, load, (a, b) => {
        const target = b + 0.125;
        fc.pre(Math.abs(a + 0.125 - target) > 0.01);
        const { actual_gain } = gain({ n1: { cpu: a }, n2: { cpu: target }, cores: 4, gib: 0 });
        expect(actual_gain! > 0).toBe(a + 0.125 > target);
      }),
    );
  });
  it.each([false, true])('no outcome is missing or doubled, whatever comes twice and in which order', async (gone) => {
    const scene = { vmids: [101, 102], ...(gone ? { guest: null } : {}) };
    const events = [
      ...[101, 102].map((vmid) => told(completed({ vmid, at: vmid - 101 }))),
      ...[60, 310, 1000, 2500, 3700, 50_000].map((s) => sampled(s, scene)),
    ];
    const last = [sampled(day + 60, scene), sampled(day + 90, scene)];
    const twice = fc.shuffledSubarray([...events, ...events], { minLength: 16 });
    await fc.assert(
      fc.asyncProperty(twice, async (shuffled) => {
        const { outcomes, left } = await feed([...shuffled, ...last]);
        const ids = outcomes.map((o) => `${o.migration_id}/${o.horizon}`).sort();
        expect(ids).toEqual(['m-101/1h', 'm-101/24h', 'm-101/5m', 'm-102/1h', 'm-102/24h', 'm-102/5m']);
        expect(left.size).toBe(0);
      }),
    );
  });
});

describe('a migration is superseded', () => {
  const at = (id: string, seconds: number, more = {}) => ({ ...beginWatch(completed({ id, at: seconds })), ...more });
  const pairs = (...all: ReturnType<typeof at>[]) =>
    superseded(all).map(({ watched, by }) => [watched.migration_id, by.migration_id]);
  it.each<[string, ReturnType<typeof at>[], string[][]]>([
    [
      'by the next of the same guest',
      [at('m3', 30), at('m1', 10), at('m2', 20)],
      [
        ['m1', 'm2'],
        ['m2', 'm3'],
      ],
    ],
    ['not by one of another', [at('m1', 10), at('m2', 20, { guest: 'qemu/102' })], []],
    ['not by one that ended as it did', [at('m1', 10), at('m2', 10)], []],
    ['not once it is judged', [at('m1', 10, { open: {} }), at('m2', 20)], []],
  ])('%s', (_, all, expected) => expect(pairs(...all).sort()).toEqual(expected));
});
