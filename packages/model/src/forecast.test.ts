import { describe, expect, test } from 'vitest';
import { forecastNodes, forecastOf, shiftForecast } from './forecast.ts';
import { planState } from './plan-state.ts';
import { residentsOf } from './residents.ts';
import { aCluster, aConfig, aGuest, aNode, aProfile } from './sample-cluster.ts';

const cluster = aCluster(
  [aNode('a'), aNode('b')],
  [aGuest(1, 'a', { cpu: 0.5, maxcpu: 8 }), aGuest(2, 'a', { cpu: 0.25, maxcpu: 8 }), aGuest(3, 'b')],
);
const known = (change: object = {}) => cluster.guests.map((g) => aProfile(g, { residual_sd: 0.05, ...change }));
const stateOf = (profiles = known()) => planState(cluster, profiles, aConfig());

describe('a node an hour from now', () => {
  test('is what its guests are expected to need, with room for their noise', () => {
    const state = stateOf();
    const { expected, low, high } = forecastOf(forecastNodes(state), state, 0);
    expect(expected).toBeCloseTo(6 / 16);
    expect(high - expected).toBeCloseTo(expected - low);
    expect(high - expected).toBeGreaterThan(0.02);
    expect(high - expected).toBeLessThan(0.1);
  });
  test('follows a guest that goes, and knows who is counted on', () => {
    const state = stateOf();
    const forecasts = forecastNodes(state);
    shiftForecast(forecasts, state, state.guestIndex.get('qemu/1')!, 0, 1);
    expect(forecastOf(forecasts, state, 0).expected).toBeCloseTo(2 / 16);
    expect(forecastOf(forecasts, state, 1).expected).toBeCloseTo(5 / 16);
    const moved = { guests: cluster.guests.map((g) => (g.vmid === 1 ? { ...g, node: 'b' } : g)) };
    expect([forecasts.guests[0], forecasts.guests[1]]).toEqual([residentsOf(moved, 'a'), residentsOf(moved, 'b')]);
  });
  test.each([
    ['that was seen for an hour only', { window_hours: 1 }],
    ['that is far from where it usually is', { cpu: { ...known()[0]!.cpu, hour: 0.9, day: 0.2, week: 0.2 } }],
  ])('is less certain for a guest %s', (_, change) => {
    const [sure, unsure] = [stateOf(), stateOf(known(change))];
    expect(forecastNodes(unsure).variance[0]!).toBeGreaterThan(1.5 * forecastNodes(sure).variance[0]!);
  });
  test('is as much less certain as it is told', () => {
    const state = stateOf();
    const reach = (width: number) => {
      const { expected, high } = forecastOf(forecastNodes(state), state, 0, width);
      return high - expected;
    };
    expect(reach(2)).toBeCloseTo(2 * reach(1), 9);
  });
  test('serves no more than it has', () => {
    const state = stateOf();
    expect(forecastOf(forecastNodes(state), state, 0, 100)).toMatchObject({ low: 0, high: 1 });
  });
});
