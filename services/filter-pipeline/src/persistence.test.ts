import type { Recommendation } from '@evenkeel/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Tracking } from './filter.ts';
import { markReady, persistence, trackRecommendations } from './persistence.ts';
import {
  type Different,
  givenCandidate,
  givenConfig,
  givenRecommendation,
  givenRun,
  givenScore,
  noon,
} from './testing/given.ts';

type Seen = {
  minutes: number;
  sees: Different<Recommendation> | null;
  run_id?: string;
  /** CPU of pve3, and who the guest is. */
  pve3?: number;
  identity?: string;
};

/** What the filter says of the last of these runs. */
function after(runs: readonly Seen[], intelligent: object = {}, automated: object = {}): string {
  let tracking: Tracking | undefined;
  for (const [i, { minutes, sees, run_id = `run-${i}`, pve3 = 0.3, identity = 'id' }] of runs.entries()) {
    const at = new Date(noon + minutes * 60_000).toISOString();
    const scores = [givenScore('pve1', 0.85), givenScore('pve2', 0.3), givenScore('pve3', pve3)];
    const run = givenRun(sees ? [givenRecommendation(sees)] : [], { at, run_id, scores });
    const load = (cpu: number) => ({ cpu, mem: 0.3, penalty: 0 });
    for (const { target_node, effect } of run.recommendations)
      if (target_node === 'pve3') effect.target_before = load(pve3);
    tracking = trackRecommendations(
      tracking,
      { ...run, guests: run.guests.map((guest) => ({ ...guest, identity })) },
      givenConfig(),
    );
  }
  const last = runs.at(-1)!;
  const [candidate, context] = givenCandidate({
    recommendation: last.sees ?? {},
    now: noon + last.minutes * 60_000,
    config: { intelligent_migrations: { enabled: true, ...intelligent }, automated_migrations: automated },
    facts: { tracking: tracking! },
  });
  const verdict = persistence(candidate, context);
  return verdict.result === 'passed' ? verdict.result : `${verdict.action}: ${verdict.reason}`;
}

const same = (minutes: number): Seen => ({ minutes, sees: {} });

test.each([
  { name: 'first sight', runs: [same(0)], says: 'observing: 1/3 periods' },
  { name: 'second', runs: [same(0), same(5)], says: 'observing: 2/3 periods' },
  { name: 'third', runs: [same(0), same(5), same(10)], says: 'passed' },
  {
    name: '[P25] a run that is told twice counts once',
    runs: [same(0), { ...same(5), run_id: 'run-x' }, { ...same(5), run_id: 'run-x' }],
    says: 'observing: 2/3 periods',
  },
  {
    name: '[P06] sightings older than the window do not count',
    runs: [same(-7200), same(-7195), same(0)],
    says: 'observing: 1/3 periods',
  },
  { name: '[P06] sightings at the edge of the window do', runs: [same(-60), same(-30), same(0)], says: 'passed' },
  {
    name: '[P06] another source begins anew',
    runs: [same(0), same(5), { minutes: 10, sees: { source_node: 'pve3' } }],
    says: 'observing: 1/3 periods',
  },
  {
    name: '[P06] a worse target begins anew, whatever it brings in all',
    runs: [same(0), same(5), { minutes: 10, sees: { target_node: 'pve3', score_improvement: 40 }, pve3: 0.8 }],
    says: 'observing: 1/3 periods',
  },
  {
    name: 'a better target goes on, though the source has cooled',
    runs: [
      { minutes: 0, sees: { target_node: 'pve3' }, pve3: 0.75 },
      { minutes: 5, sees: { target_node: 'pve3' }, pve3: 0.75 },
      { minutes: 10, sees: { score_improvement: 5 }, pve3: 0.75 },
    ],
    says: 'passed',
  },
  {
    name: 'a target that is as good goes on, though the source has cooled',
    runs: [same(0), same(5), { minutes: 10, sees: { target_node: 'pve3', score_improvement: 19.9 } }],
    says: 'passed',
  },
  {
    name: 'another guest of the same vmid begins anew',
    runs: [same(0), same(5), { ...same(10), identity: 'another' }],
    says: 'observing: 1/3 periods',
  },
  {
    name: 'the same target goes on, though it brings less',
    runs: [same(0), same(5), { minutes: 10, sees: { score_improvement: 16 } }],
    says: 'passed',
  },
  {
    name: 'a run that did not see it breaks the row',
    runs: [same(0), same(5), { minutes: 10, sees: null }, same(15)],
    says: 'observing: 1/3 periods',
  },
])('$name', ({ runs, says }) => {
  expect(after(runs)).toBe(says);
});

test('the hours of data are those of the cluster, not of the guest', () => {
  const early: Seen[] = [{ minutes: 0, sees: { guest: 'qemu/999' } }, same(115), same(120), same(125)];
  expect(after(early, { minimum_data_collection_hours: 3 })).toBe('observing: 2.1/3 hours of data collection');
  expect(after(early, { minimum_data_collection_hours: 2 })).toBe('passed');
});

test('how long a sighting counts is a setting: observation_window_hours', () => {
  const hourly = [same(-120), same(-60), same(0)];
  expect(after(hourly, { observation_window_hours: 1 })).toBe('observing: 2/3 periods');
  expect(after(hourly, { observation_window_hours: 2 })).toBe('passed');
});

const justFitting = [
  [2, 60],
  [3, 30],
  [4, 20],
  [5, 15],
] as const;

describe.each(justFitting)('%i observations every %i minutes just fit into an hour', (periods, interval) => {
  const config = { check_interval_minutes: interval };
  const learning = { observation_periods: periods, observation_window_hours: 1 };
  /** Runs so many milliseconds late each, and the next an interval after it. */
  const withLateness = (late: readonly number[]): Seen[] => {
    let due = 0;
    return late.map((ms) => {
      const minutes = due + ms / 60_000;
      due = minutes + interval;
      return same(minutes);
    });
  };

  test('where each run is 10 ms late', () => {
    const runs = withLateness(Array.from({ length: 9 }, () => 10));
    const says = runs.map((_, i) => after(runs.slice(0, i + 1), learning, config));
    expect(says).toEqual(runs.map((_, i) => (i + 1 < periods ? `observing: ${i + 1}/${periods} periods` : 'passed')));
  });

  test('however late runs are, up to 400 ms', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: periods, maxLength: 12 }), (late) => {
        expect(after(withLateness(late), learning, config)).toBe('passed');
      }),
      { numRuns: 30 },
    );
  });

  test('and are marked as ready when they pass', () => {
    const seen = withLateness(Array.from({ length: periods }, () => 10)).map(({ minutes }) =>
      new Date(noon + minutes * 60_000).toISOString(),
    );
    const { tracked, ...rest } = trackRecommendations(
      undefined,
      givenRun([givenRecommendation({})], { at: seen.at(-1)! }),
      givenConfig(),
    );
    const tracking = { ...rest, tracked: { 'qemu/101': { ...tracked['qemu/101']!, seen } } };
    const settings = givenConfig({ intelligent_migrations: learning, automated_migrations: config });
    expect(markReady(tracking, settings).tracked['qemu/101']?.status).toBe('ready');
  });

  test('and not where a run comes more than half an interval late', () => {
    const runs = withLateness([...Array.from({ length: periods - 1 }, () => 0), (interval / 2 + 1) * 60_000]);
    expect(after(runs, learning, config)).toBe(`observing: ${periods - 1}/${periods} periods`);
  });
});

test('what a run does not see is pruned', () => {
  const seen = trackRecommendations(undefined, givenRun(), givenConfig());
  const next = trackRecommendations(seen, givenRun([], { run_id: 'run-2' }), givenConfig());
  expect([Object.keys(seen.tracked), Object.keys(next.tracked)]).toEqual([['qemu/101'], []]);
});
