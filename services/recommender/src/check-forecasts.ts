import type { ClusterSample, Config, ForecastMemory, GuestProfile } from '@evenkeel/contracts';
import {
  forecastNodes,
  forecastOf,
  hours,
  millis,
  minutes,
  planState,
  quantile,
  residentsOf,
  z90,
} from '@evenkeel/model';

const mostMisses = 400;
/** Nodes that must have been checked until what they say counts as much as the guests' own noise. */
const priorMisses = 20;
const leastSd = 0.002;

/** How much wider than the guests' own noise an interval must be to hold nine times in ten, by how far nodes were off before; never narrower, for moves are made where something has changed. */
export function widthOf(memory: ForecastMemory | undefined): number {
  const misses = memory?.misses ?? [];
  if (misses.length === 0) return 1;
  return Math.max(1, (priorMisses + (misses.length * quantile(misses, 0.9)) / z90) / (priorMisses + misses.length));
}

/** Holds the open forecast against what the nodes do in the second half of its hour, and opens the next when that is over. */
export function checkForecasts(
  memory: ForecastMemory | undefined,
  sample: ClusterSample,
  profiles: readonly GuestProfile[],
  config: Config,
): ForecastMemory {
  const age = memory ? millis(sample.at) - memory.at * 1000 : Number.POSITIVE_INFINITY;
  if (memory && age < minutes(30)) return memory;
  const read = memory && age <= hours(1) ? { ...memory, nodes: readNodes(memory.nodes, sample) } : memory;
  if (read && age < hours(1)) return read;
  return {
    ...openForecast(sample, profiles, config),
    misses: [...(read?.misses ?? []), ...missesOf(read)].slice(-mostMisses),
  };
}

/** Nodes on which other guests run than the forecast was made for are no longer read. */
function readNodes(nodes: ForecastMemory['nodes'], sample: ClusterSample): ForecastMemory['nodes'] {
  const same = sample.nodes.flatMap(({ node, status, cpu }) => {
    const known = nodes[node];
    if (!known || status !== 'online' || known.guests !== residentsOf(sample, node)) return [];
    return [[node, { ...known, seen: known.seen + 1, sum: known.sum + cpu }] as const];
  });
  return Object.fromEntries(same);
}

const missesOf = (memory: ForecastMemory | undefined): number[] =>
  Object.values(memory?.nodes ?? {}).flatMap(({ expected, sd, seen, sum }) =>
    seen === 0 ? [] : [Number((Math.abs(sum / seen - expected) / Math.max(leastSd, sd)).toFixed(3))],
  );

function openForecast(
  sample: ClusterSample,
  profiles: readonly GuestProfile[],
  config: Config,
): Omit<ForecastMemory, 'misses'> {
  const state = planState(sample, profiles, config);
  const forecasts = forecastNodes(state);
  const nodes = state.nodes.flatMap(({ node, status }, n) => {
    if (status !== 'online') return [];
    const { expected } = forecastOf(forecasts, state, n);
    const sd = Math.sqrt(Math.max(0, forecasts.variance[n]!)) / state.capacity[n]!;
    return [[node, { expected, sd, guests: residentsOf(sample, node), seen: 0, sum: 0 }] as const];
  });
  return { at: Math.floor(millis(sample.at) / 1000), nodes: Object.fromEntries(nodes) };
}
