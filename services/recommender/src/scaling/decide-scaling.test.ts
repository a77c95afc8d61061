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
    room: () => ({ vcpus: 64, bytes: 256 * GiB }),
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

  test.each<[string, ResourceType, number, number, string]>([
    ['so many of them', 'cpu', 14, 16, 'to 88 %: no node on which it may be has more than 16 threads'],
    [
      'none more than that',
      'cpu',
      16,
      16,
      'cannot be enlarged here: no node on which it may be has more than 16 threads',
    ],
    ['not fewer either', 'cpu', 20, 20, 'cannot be enlarged here: no node on which it may be has more than 16 threads'],
    ['whole blocks of what a node has', 'memory', 60, 62.5, 'to 96 %: no node on which it may be has more than 62.6'],
    [
      'nothing where it has all',
      'memory',
      62.5,
      62.5,
      'enlarged here: no node on which it may be has more than 62.6 GiB',
    ],
  ])('%s at most', (_, resource, now, advised, said) => {
    const guest = aGuest(7, 'a', { maxcpu: now, maxmem: now * GiB });
    const unit = resource === 'cpu' ? 1 : GiB;
    const room = () => ({ vcpus: 16, bytes: 62.6 * GiB });
    const decision = decide(level(1), { resource, room }, guest);
    expect(decision.amount).toMatchObject({ now: now * unit, advised: advised * unit });
    expect(decision.reasoning).toContain(said);
  });

  test.each<[ResourceType, number, string, string, number]>([
    ['storage', 0.96, 'scale_up', 'Restore it from a backup', 0.2],
    ['storage', 0.2, 'scale_down', 'Give it a disk of its former size', -0.75],
    ['network', 0.96, 'scale_up', 'Give it its former rate limit', 0.2],
    ['vm_count', 0.96, 'scale_up', 'Stop the guests that were added', 0.2],
    ['vm_count', 0.2, 'scale_down', 'Start the guests that were taken away', -0.75],
    ['vm_count', 0, 'scale_down', 'Start the guests that were taken away', -0.9],
  ])('of %s at %d says what a %s costs, and the way back', (resource, share, action, back, cost) => {
    const decision = decide(level(share), { resource });
    expect(decision).toMatchObject({ scaling_action: action, cost_impact: cost });
    expect(decision.rollback_plan.action).toMatch(new RegExp(`^${back}`));
    expect(decision.rollback_plan.conditions).not.toEqual([]);
    expect(decision.performance_impact).toBeCloseTo(share - (share || 0) / (1 + cost), 3);
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

  test('an hour is one of the wall clock, also where that is half an hour off', () => {
    const time = (timezone: string, at: string) => decide(level(1), { profile, timezone, at }).execution_time;
    expect(time('Asia/Kolkata', '2026-01-05T12:10:00.000Z')).toBe('2026-01-05T21:30:00.000Z');
    expect(time('Asia/Kathmandu', '2026-01-05T12:10:00.000Z')).toBe('2026-01-05T21:15:00.000Z');
    expect(time('Asia/Kolkata', '2026-01-05T21:30:00.000Z')).toBe('2026-01-06T21:30:00.000Z');
    expect(time('Asia/Kolkata', '2026-01-05T21:20:00.000Z')).toBe('2026-01-05T21:30:00.000Z');
  });

  test('a migration does not, and is as sure as its recommendation', () => {
    const move = aRecommendation();
    const decision = decide(level(0.9), { profile, found: { move } });
    expect(decision).toMatchObject({
      scaling_action: 'migrate',
      execution_time: '2026-01-05T12:10:00.000Z',
      confidence: move.confidence_score / 100,
      target_node_id: 'b',
    });
    const share = move.cost.points / (move.score_improvement * move.lasts_hours);
    expect(share).toBeGreaterThan(0);
    expect(decision.cost_impact / share).toBeCloseTo(1, 2);
    expect(decision.urgency_score).toBeCloseTo(0.8, 2);
  });
});

test('a figure that counts the cache is believed less', () => {
  const low = { ...level(0.1), with_cache: true };
  expect(decide(low, { resource: 'memory' }).confidence).toBeCloseTo(0.6 * 0.7, 9);
});
