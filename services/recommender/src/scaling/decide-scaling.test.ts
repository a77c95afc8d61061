import type { GuestSample, ResourceType } from '@evenkeel/contracts';
import { aGuest, aProfile, GiB } from '@evenkeel/model/sample-cluster';
import { describe, expect, test } from 'vitest';
import { aRecommendation } from '../testing/a-recommendation.ts';
import { decideScaling, type ScalingCase } from './decide-scaling.ts';
import type { Usage } from './usage-of.ts';

const decide = (usage: Usage, change: Partial<ScalingCase> = {}, guest: GuestSample = aGuest(7, 'a', { maxcpu: 8 })) =>
  decideScaling({
    run_id: 'run-1',
    at: '2026-01-05T12:10:00.000Z',
    timezone: 'UTC',
    guest,
    profile: aProfile(guest, { window_hours: 72, confidence: 0.8 }),
    resource: 'cpu',
    usage,
    found: {},
    ...change,
  });
const level = (share: number): Usage => ({ current: share, average: share, peak: share });

describe('the size that is advised', () => {
  test.each<[string, ResourceType, number, number, number]>([
    ['one more at least', 'cpu', 0.81, 8, 9],
    ['so many that the peak takes 80 %', 'cpu', 1, 8, 10],
    ['fewer', 'cpu', 0.2, 8, 2],
    ['one at least', 'cpu', 0.01, 8, 1],
    ['blocks of 256 MiB', 'memory', 0.85, 4 * GiB, 4.25 * GiB],
    ['a block at least', 'memory', 0.01, 4 * GiB, 0.25 * GiB],
  ])('%s', (_, resource, share, now, advised) => {
    const guest = aGuest(7, 'a', { maxcpu: 8, maxmem: 4 * GiB });
    const { amount } = decide(level(share), { resource }, guest);
    expect(amount).toEqual({ unit: resource === 'cpu' ? 'vcpus' : 'bytes', now, advised });
  });

  test('costs what it adds, brings what it relieves, and has a way back', () => {
    const more = decide(level(1));
    expect(more).toMatchObject({ cost_impact: 0.25, performance_impact: 0.2, urgency_score: 1, confidence: 0.6 });
    expect(more.rollback_plan.action).toBe('Give qemu/7 its 8 vCPUs again');
    expect(more.reasoning).toMatch(/; 10 vCPUs instead of 8 vCPUs would bring its peak to 80 % or less$/);
    expect(decide(level(0.2))).toMatchObject({ cost_impact: -0.75, performance_impact: -0.6 });
    expect(decide(level(0.5))).toMatchObject({ scaling_action: 'no_action', cost_impact: 0, urgency_score: 0 });
  });

  test('where nothing can be taken away, that is said', () => {
    const one = decide(level(0.1), {}, aGuest(7, 'a', { maxcpu: 1 }));
    expect(one.amount).toEqual({ unit: 'vcpus', now: 1, advised: 1 });
    expect(one.reasoning).toMatch(/; it cannot have less than 1 vCPU$/);
    expect(one.rollback_plan).toEqual({ action: 'none needed', conditions: [] });
  });
});

describe('when', () => {
  const hourly_cpu = Array.from({ length: 24 }, (_, h) => (h === 3 ? 0.1 : 0.9));
  const guest = aGuest(7, 'a', { maxcpu: 8 });
  const profile = aProfile(guest, { hourly_cpu });

  test('a resize waits for the quietest hour of the coming day, in the cluster’s time zone', () => {
    expect(decide(level(1), { profile }).execution_time).toBe('2026-01-06T03:00:00.000Z');
    expect(decide(level(1), { profile, timezone: 'Europe/Vienna' }).execution_time).toBe('2026-01-06T02:00:00.000Z');
    expect(decide(level(1)).execution_time).toBe('2026-01-05T12:10:00.000Z');
  });

  test('a migration does not, and is as sure as its recommendation', () => {
    const move = aRecommendation();
    const decision = decide(level(0.9), { profile, found: { move } });
    expect(decision).toMatchObject({
      scaling_action: 'migrate',
      execution_time: '2026-01-05T12:10:00.000Z',
      confidence: move.confidence_score / 100,
      target_node_id: 'b',
      cost_impact: 0,
    });
    expect(decision.urgency_score).toBeCloseTo(0.8, 2);
  });
});

test('a figure that counts the cache is believed less', () => {
  const low = { ...level(0.1), with_cache: true };
  expect(decide(low, { resource: 'memory' }).confidence).toBeCloseTo(0.6 * 0.7, 9);
});
