import type { Config, Horizon, LoadSums, Outcome, OutcomeVerdict, WatchedMigration } from '@evenkeel/contracts';
import { type NodeLoad, nodePenalty } from '@evenkeel/model';

/** Gains up to a point, or up to a tenth of what was promised, are noise. */
const noise = { points: 1, share: 0.1 };
/** CPU from which a node serves less than is asked of it: fraction, and percent of pressure. */
const saturated = { cpu: 0.95, pressure: 20 };

/** Bursts that a node is taken to have above the mean of its samples, as a fraction of its cores. */
const usualBursts = 0.15;

type Prices = Config['penalty_config'];
type Load = LoadSums['as_is']['source'];

const mean = (load: Load, n: number): NodeLoad => ({
  cpu: load.cpu / n,
  mem: load.mem / n,
  assigned: load.assigned / n,
  iowait: (load.iowait ?? 0) / n,
  pressure: (load.pressure ?? 0) / n,
  spikes: usualBursts,
});

/** Penalty points that a migration took off its two nodes: had the guest stayed, less as it is; null without samples, and where what they say is beyond all numbers. */
export function gainOf({ samples, as_is, stayed }: LoadSums, prices: Prices): number | null {
  if (samples === 0) return null;
  const points = (load: Load) => nodePenalty(mean(load, samples), prices).penalty;
  const gain = points(stayed.source) + points(stayed.target) - points(as_is.source) - points(as_is.target);
  return Number.isFinite(gain) ? gain : null;
}

const unknownFor = ({ samples }: LoadSums): string =>
  samples === 0
    ? 'the two nodes were not seen with the guest in place'
    : 'what was measured of the two nodes is beyond all numbers';

/** What had to be moved whatever it brought does harm only where it costs more than was said. */
export function verdictOf(gain: number, expected: number, mandatory = false): OutcomeVerdict {
  const price = mandatory ? Math.min(0, expected) : 0;
  const margin = Math.max(noise.points, noise.share * Math.abs(expected));
  if (gain > margin) return 'beneficial';
  return gain < price - margin ? 'harmful' : 'neutral';
}

/** What one migration brought by a horizon, judged on its window, or on all that was seen where that is empty. */
export function judge(
  watched: WatchedMigration,
  horizon: Horizon,
  { at, closed_early, prices }: { at: string; closed_early?: string; prices: Prices },
): Outcome {
  const window = watched.open[horizon];
  const seen = window && window.samples > 0 ? window : watched.so_far;
  const gain = gainOf(seen, prices);
  const expected = watched.expected_gain.expected;
  const why = closed_early ?? (gain === null ? unknownFor(seen) : undefined);
  const note = noteOf(watched, seen);
  return {
    ...aboutOf(watched),
    horizon,
    judged_at: at,
    ...(why ? { closed_early: why } : {}),
    ...(gain === null
      ? {}
      : { actual_gain: gain, error: gain - expected, verdict: verdictOf(gain, expected, watched.mandatory) }),
    target_cpu: targetCpu(watched, horizon, seen),
    ...(note ? { note } : {}),
  };
}

function aboutOf(watched: WatchedMigration) {
  const { migration_id, cluster, guest, identity, vmid, name, source_node, target_node, completed_at } = watched;
  const { confidence_score, expected_gain, duration_seconds, downtime_seconds, transfer } = watched;
  const about = { migration_id, cluster, guest, identity, vmid, name, source_node, target_node, completed_at };
  return {
    ...about,
    confidence_score,
    expected_gain,
    duration_seconds,
    downtime_seconds,
    ...(watched.mandatory ? { mandatory: true } : {}),
    ...(watched.purpose ? { purpose: watched.purpose } : {}),
    ...(transfer ? { transfer } : {}),
  };
}

/** The prediction is of the half hour before the hour, with the guests that were there then. */
function targetCpu(watched: WatchedMigration, horizon: Horizon, seen: LoadSums): Outcome['target_cpu'] {
  if (seen.samples === 0) return {};
  const { cpu_in_an_hour: next, target_changed } = watched;
  const actual = seen.as_is.target.cpu / seen.samples;
  const meant = horizon === '1h' && seen === watched.open['1h'] && !target_changed;
  return { actual, ...(next && meant ? { predicted: next.target } : {}) };
}

function noteOf(watched: WatchedMigration, { samples, as_is, pressure }: LoadSums): string | undefined {
  const full = (['source', 'target'] as const).flatMap((end) => {
    const cpu = as_is[end].cpu / samples;
    const psi = pressure[end] / samples;
    const node = end === 'source' ? watched.source_node : watched.target_node;
    return cpu >= saturated.cpu || psi >= saturated.pressure
      ? [`${node} was saturated (CPU ${(100 * cpu).toFixed(0)} %, pressure ${psi.toFixed(0)} %)`]
      : [];
  });
  return full.length > 0 ? `${full.join(', ')}: load that was not served does not count` : undefined;
}
