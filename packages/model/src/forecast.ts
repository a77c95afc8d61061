import type { Estimate } from '@evenkeel/contracts';
import { z90 } from './chance.ts';
import type { PlanState } from './plan-state.ts';
import { withResident } from './residents.ts';

/** What is expected of each node over the half hour that ends an hour from now: cores, how far they may be off, and the guests that are counted on, as one number. */
export type Forecasts = { cores: Float64Array; variance: Float64Array; guests: Int32Array };

/** The nodes an hour from now, with every guest where the state has it; what a node uses beyond its guests stays. */
export function forecastNodes(state: PlanState): Forecasts {
  const nodes = state.nodes.length;
  const cores = Float64Array.from(state.cores);
  const forecasts = { cores, variance: new Float64Array(nodes), guests: new Int32Array(nodes) };
  state.guests.forEach(({ prediction }, g) => {
    cores[state.where[g]!]! -= prediction.cores;
    put(forecasts, state, g, state.where[g]!, 1);
  });
  return forecasts;
}

function put({ cores, variance, guests }: Forecasts, state: PlanState, g: number, n: number, sign: 1 | -1): void {
  const { prediction, sample } = state.guests[g]!;
  cores[n]! += sign * prediction.next_cores;
  variance[n]! += sign * prediction.next_sd_cores ** 2;
  guests[n] = withResident(guests[n]!, sample.guest, sign);
}

/** Takes a guest from one node to another in what is forecast. */
export function shiftForecast(forecasts: Forecasts, state: PlanState, guest: number, from: number, to: number): void {
  put(forecasts, state, guest, from, -1);
  put(forecasts, state, guest, to, 1);
}

/** CPU of a node an hour from now, fraction, with its 90 % interval, `width` times as wide as the guests' own noise makes it; a node serves no more than it has. */
export function forecastOf({ cores, variance }: Forecasts, state: PlanState, n: number, width = 1): Estimate {
  const expected = cores[n]! / state.capacity[n]!;
  const reach = (width * z90 * Math.sqrt(Math.max(0, variance[n]!))) / state.capacity[n]!;
  const share = (value: number) => Math.min(1, Math.max(0, value));
  return { expected: share(expected), low: share(expected - reach), high: share(expected + reach) };
}
