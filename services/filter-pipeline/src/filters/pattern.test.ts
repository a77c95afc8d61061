import type { NodeSample } from '@evenkeel/contracts';
import { encodeWeekHours } from '@evenkeel/model';
import { expect, test } from 'vitest';
import { ask, GiB, givenCandidate, givenNode, givenScore, vary } from '../testing/given.ts';
import { pattern } from './pattern.ts';

const peak = (days: number, spread = 0.4) => ({ peak_hours: [11, 12, 13], in_peak: true, spread, days });
const nodes = (source: object | undefined, target?: object) => ({
  run: {
    scores: [
      givenScore('pve1', 0.85, { pattern: source } as never),
      givenScore('pve2', 0.3, { pattern: target } as never),
    ],
  },
});
const day = Array.from({ length: 24 }, (_, hour) => (hour >= 9 && hour < 17 ? 0.8 : 0.1));
const statistics = { min: 0, max: 1, mean: 0.3, p95: 0.8, sd: 0.3 };
const profile = (behavior: string) => ({
  guest: 'qemu/101',
  behavior,
  confidence: 1,
  samples: 5000,
  window_hours: 168,
  cpu: statistics,
  mem: statistics,
  cpu_growth_per_day: 0,
  mem_growth_per_day: 0,
  hourly_cpu: day,
  residual_sd: 0.05,
});
const guest = (behavior: string, hourly_cpu: number[] = day) => ({
  run: { profiles: [{ ...profile(behavior), hourly_cpu }] as never },
});
/** The days of 2026-07-15, a Wednesday, and of the Sunday after it. */
const weekly = (weekday: number, cpu = 0.9) => ({
  run: {
    profiles: [
      {
        ...profile('cyclical'),
        period_hours: 168,
        weekly_peak: {
          hours: encodeWeekHours((hour) => Math.floor(hour / 24) === weekday && hour % 24 >= 9 && hour % 24 < 17),
          cpu,
          otherwise: 0.1,
        },
      },
    ] as never,
  },
});
const atNoon = (usual: number) => day.map((cpu, hour) => (hour === 12 ? usual : cpu));

test.each([
  { name: 'no pattern', given: {}, says: 'passed' },
  {
    name: 'peak of the source',
    given: nodes(peak(7)),
    says: 'deferred: pve1 is in its daily peak (hours 11, 12, 13; 40% spread over 7 days)',
  },
  {
    name: 'peak of the target',
    given: nodes(undefined, peak(7)),
    says: 'deferred: pve2 is in its daily peak (hours 11, 12, 13; 40% spread over 7 days)',
  },
  {
    name: 'peak of guests that have come to the target',
    given: nodes(undefined, { ...peak(7), expected: true, weekday: 2 }),
    says: 'deferred: pve2 is in the peak of guests that have come to it (hours 11, 12, 13; 40% spread by their rhythms)',
  },
  {
    name: 'peak of this weekday',
    given: nodes({ ...peak(14), weekday: 2 }),
    says: 'deferred: pve1 is in its weekly peak (wednesday, hours 11, 12, 13; 40% spread over 14 days)',
  },
  {
    name: 'peak of a source whose CPU is above its cap now',
    given: vary(nodes(peak(7)), { run: { sample: { nodes: [givenNode('pve1', { cpu: 0.9 })] } } }),
    says: 'passed',
  },
  {
    name: 'peak of a source whose CPU will be above its cap',
    given: { ...nodes(peak(7)), recommendation: { effect: { source_before: { cpu: 0.86 } } } },
    says: 'passed',
  },
  {
    name: 'peak of a source whose memory is above its cap',
    given: vary(nodes(peak(7)), { run: { sample: { nodes: [givenNode('pve1', { mem: 59 * GiB })] } } }),
    says: 'passed',
  },
  {
    name: 'a peak just learned, and just high enough',
    given: nodes(peak(3, 0.15)),
    says: 'deferred: pve1 is in its daily peak (hours 11, 12, 13; 15% spread over 3 days)',
  },
  { name: 'too few days to have learned it', given: nodes(peak(2)), says: 'passed' },
  { name: 'hardly a peak', given: nodes(peak(7, 0.05)), says: 'passed' },
  {
    name: 'peak of a cyclical guest',
    given: guest('cyclical'),
    says: 'deferred: guest is in its own daily peak: 80% at 12:00, between 10% and 80% over the day',
  },
  {
    name: 'nearly the peak of a cyclical guest',
    given: guest('cyclical', atNoon(0.65)),
    says: 'deferred: guest is in its own daily peak: 65% at 12:00, between 10% and 80% over the day',
  },
  { name: 'no longer the peak of a cyclical guest', given: guest('cyclical', atNoon(0.6)), says: 'passed' },
  {
    name: 'a cyclical guest with hardly a peak',
    given: guest(
      'cyclical',
      day.map((cpu) => 0.5 + cpu / 10),
    ),
    says: 'passed',
  },
  {
    name: 'weekly peak of a cyclical guest',
    given: weekly(2),
    says: 'deferred: guest is in its own weekly peak: wednesday, 12:00 is one of 8 hours of the week at 90%, against 10% otherwise',
  },
  { name: 'another day at the hour of its weekly peak', given: weekly(6), says: 'passed' },
  { name: 'a weekly peak that is hardly one', given: weekly(2, 0.2), says: 'passed' },
  {
    name: 'the hour after its weekly peak',
    given: { ...weekly(2), now: Date.parse('2026-07-15T17:00:00Z') },
    says: 'passed',
  },
  { name: 'another behaviour has no time of its own', given: guest('bursty'), says: 'passed' },
  {
    name: 'off-peak is its time',
    given: { ...guest('cyclical'), now: Date.parse('2026-07-15T22:00:00Z') },
    says: 'passed',
  },
  {
    name: "by the cluster's clock, not UTC",
    given: {
      ...guest('cyclical'),
      config: { clusters: [{ name: 'lab', hosts: ['a'], timezone: 'America/Los_Angeles' }] },
    },
    says: 'passed',
  },
])('$name', ({ given, says }) => {
  expect(ask(pattern, given)).toBe(says);
});

test.each<[string, Partial<NodeSample>, number, number]>([
  ['max_node_cpu_percent', { cpu: 0.7 }, 65, 75],
  ['max_node_memory_percent', { mem: 0.7 * 64 * GiB }, 65, 75],
])('a peak waits by the %s of the configuration', (option, source, low, high) => {
  const waitsAt = (percent: number): boolean => {
    const given = vary(nodes(peak(7)), {
      run: { sample: { nodes: [givenNode('pve1', source)] } },
      config: { automated_migrations: { safety_checks: { [option]: percent } } },
      recommendation: { effect: { source_before: { cpu: 0.5, mem: 0.5 } } },
    });
    return ask(pattern, given).startsWith('deferred');
  };
  expect([waitsAt(low), waitsAt(high)]).toEqual([false, true]);
});

test('memory above its cap does not wait either', () => {
  const given = vary(nodes(peak(7)), { run: { sample: { nodes: [givenNode('pve1', { mem: 60.8 * GiB })] } } });
  expect(pattern(...givenCandidate(given)).reason).toMatch(
    /^pve1 is at 95% memory, above 90%: it does not wait, though /,
  );
});

test('relief of a node above its cap does not wait, and says why', () => {
  const given = vary(nodes(peak(7)), { run: { sample: { nodes: [givenNode('pve1', { cpu: 0.9 })] } } });
  expect(pattern(...givenCandidate(given))).toEqual({
    result: 'passed',
    reason:
      'pve1 is at 90% CPU, above 85%: it does not wait, though pve1 is in its daily peak (hours 11, 12, 13; 40% spread over 7 days)',
  });
});
