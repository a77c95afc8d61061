import type { Config, Estimate, GuestSample } from '@evenkeel/contracts';
import { z90 } from './chance.ts';
import { occupiedBytes } from './predict.ts';
import { hasCopies } from './rules/lands-on.ts';

/** Weighted sums over the finished transfers of a path: seconds against GiB, and the errors made. Enough for a line and its spread. */
export type PathParameters = {
  n: number;
  gib: number;
  seconds: number;
  gib2: number;
  gib_seconds: number;
  /** Sum of squared relative errors of the duration. */
  error2: number;
  downtime_seconds: number;
  downtimes: number;
};

/** One finished transfer, with the bytes that it moved and the seconds predicted for it. */
export type PathObservation = {
  bytes: number;
  seconds: number;
  predicted_seconds?: number;
  downtime_seconds?: number;
};

export type MigrationCost = {
  points: number;
  duration_seconds: Estimate;
  downtime_seconds: Estimate;
  bytes: number;
  bytes_per_second: number;
  restart: boolean;
  /** Load that it adds to either node while it runs. */
  core_hours: number;
};

export const emptyPath: PathParameters = {
  n: 0,
  gib: 0,
  seconds: 0,
  gib2: 0,
  gib_seconds: 0,
  error2: 0,
  downtime_seconds: 0,
  downtimes: 0,
};

const GiB = 2 ** 30;
const MiB = 2 ** 20;
const forgetting = 0.97;
const workingSet = 0.3;
const maxRounds = 12;
const downtimeLimitSeconds = 0.1;
const resumeSeconds = 0.05;
const priorRelativeError = 0.35;
const priorWeight = 3;
/** Links that nobody has measured lie between 1 and 25 Gbit/s: so many times faster than the prior may a first transfer be. */
const fastestLink = 25;

/** Folds a finished transfer into what is known of its path; older ones fade by 3 % each. */
export function learnPath(path: PathParameters, seen: PathObservation): PathParameters {
  const gib = seen.bytes / GiB;
  const error = seen.predicted_seconds ? seen.seconds / seen.predicted_seconds - 1 : priorRelativeError;
  const downtime = seen.downtime_seconds;
  return {
    n: path.n * forgetting + 1,
    gib: path.gib * forgetting + gib,
    seconds: path.seconds * forgetting + seen.seconds,
    gib2: path.gib2 * forgetting + gib * gib,
    gib_seconds: path.gib_seconds * forgetting + gib * seen.seconds,
    error2: path.error2 * forgetting + Math.min(1, error * error),
    downtime_seconds: path.downtime_seconds * forgetting + (downtime ?? 0),
    downtimes: path.downtimes * forgetting + (downtime === undefined ? 0 : 1),
  };
}

type Line = { overhead: number; secondsPerGib: number };

/**
 * Least squares of seconds = overhead + slope · GiB, drawn towards a prior worth 3 transfers of 1 and of 8 GiB at first, and less with each one
 * seen. Where all were faster than the prior has it, so is what it says of sizes that were never sent: guests of one size say nothing of a slope.
 */
function fit(path: PathParameters | undefined, prior: Line): Line {
  if (!path || path.n === 0) return prior;
  const foreseen = prior.overhead * path.n + prior.secondsPerGib * path.gib;
  const faster = foreseen > 0 ? Math.min(1, path.seconds / foreseen) : 1;
  const at = (gib: number) => faster * (prior.overhead + prior.secondsPerGib * gib);
  const weight = priorWeight / (1 + path.n / 3);
  const w = weight / 2;
  const n = path.n + weight;
  const x = path.gib + w * 9;
  const y = path.seconds + w * (at(1) + at(8));
  const xx = path.gib2 + w * 65;
  const xy = path.gib_seconds + w * (at(1) + 8 * at(8));
  const slope = Math.max(prior.secondsPerGib / 50, (n * xy - x * y) / (n * xx - x * x));
  return { overhead: Math.max(0, (y - slope * x) / n), secondsPerGib: slope };
}

/** Seconds and bytes of a pre-copy: each round sends what the one before let get dirty, never more than the working set. */
function precopy(ram: number, dirtyRate: number, rate: number): { bytes: number; rest: number } {
  let bytes = 0;
  let next = ram;
  for (let round = 0; round < maxRounds && next > rate * downtimeLimitSeconds; round++) {
    bytes += next;
    next = Math.min(workingSet * ram, (dirtyRate * next) / rate);
  }
  return { bytes: bytes + next, rest: Math.min(next, rate * downtimeLimitSeconds * 5) };
}

/** What a migration has to send: occupied memory with its dirty rounds, and local disks of which the target has no copies. */
function transfer(
  guest: GuestSample,
  rate: number,
  config: Config['cost_model'],
  target?: string,
): { bytes: number; rest: number } {
  const copied = target !== undefined && hasCopies(guest, target);
  const disks = copied ? 0 : (guest.constraints?.local_disk_bytes ?? 0);
  if (guest.type === 'lxc') return { bytes: disks, rest: 0 };
  const dirty = config.dirty_mib_per_second * MiB * Math.min(1, guest.cpu);
  const ram = precopy(Math.min(guest.maxmem || Infinity, occupiedBytes(guest)), dirty, rate);
  return { bytes: ram.bytes + disks, rest: ram.rest };
}

/** Work of sending and of receiving a guest: a tenth of a core, and a tenth of what the guest does itself. */
const coreHours = (guest: GuestSample, seconds: number): number =>
  (seconds / 3600) * (0.1 * guest.cpu * guest.maxcpu + 0.1);

/** The guest slowed down, and the time it stands still, in penalty-point-hours. */
function harm(guest: GuestSample, seconds: number, downtime: number, config: Config['cost_model']): number {
  const slowdown = 0.1 * seconds * Math.min(1, guest.cpu);
  return config.downtime_price * (downtime + slowdown / 10);
}

/** What finished migrations say of the one to come. */
export type Learned = {
  path?: PathParameters | undefined;
  cluster?: PathParameters | undefined;
  /** Of containers that restarted on the same target, and anywhere: seconds that they were away against GiB of local disks. */
  restarts?: PathParameters | undefined;
  all_restarts?: PathParameters | undefined;
  /** Bytes a second that the cluster allows a migration, where it limits them. */
  limit?: number | undefined;
  slope?: number;
  /** Where it goes: a node with copies of its disks is not sent them again. */
  target?: string;
};

/** No faster than is allowed, however fast the link was before; a limit of 0 is none. */
function within(line: Line, limits: readonly (number | undefined)[]): Line {
  const least = Math.min(...limits.flatMap((limit) => (limit !== undefined && limit > 0 ? [limit] : [])));
  return Number.isFinite(least) ? { ...line, secondsPerGib: Math.max(line.secondsPerGib, GiB / least) } : line;
}

/** Seconds for which a container that restarts is away: to stop and start, and to copy its local disks. */
function away({ restarts, all_restarts, limit }: Learned, prior: Line, bytes: number): number {
  const line = within(fit(restarts, fit(all_restarts, prior)), [limit]);
  return line.overhead + (bytes / GiB) * line.secondsPerGib;
}

/**
 * Duration, downtime and price of a migration: overhead + bytes ÷ rate, by what was learned on its path, else by the priors.
 * `slope` is what a core more costs the two nodes together, in points; the price is in penalty-point-hours.
 */
export function migrationCost(guest: GuestSample, config: Config['cost_model'], learned: Learned = {}): MigrationCost {
  const prior = { overhead: config.overhead_seconds, secondsPerGib: 1024 / config.link_mib_per_second };
  const limits = [learned.limit, guest.constraints?.migration_limit];
  const line = within(fit(learned.path, fit(learned.cluster, prior)), limits);
  const rate = GiB / line.secondsPerGib;
  const { bytes, rest } = transfer(guest, rate, config, learned.target);
  const seconds = line.overhead + (bytes / GiB) * line.secondsPerGib;
  const restart = guest.type === 'lxc' && guest.status === 'running';
  const restarts = restart ? (learned.restarts ?? learned.all_restarts) : undefined;
  const known = restarts ?? learned.path ?? learned.cluster ?? emptyPath;
  const sd = Math.sqrt((known.error2 + priorWeight * priorRelativeError ** 2) / (known.n + priorWeight));
  const stopped = rest / rate + resumeSeconds;
  const measured = known.downtimes > 0 ? known.downtime_seconds / known.downtimes : stopped;
  const trust = known.downtimes / (known.downtimes + priorWeight);
  const still = restart
    ? away(learned, { ...line, overhead: config.container_downtime_seconds }, bytes)
    : trust * measured + (1 - trust) * stopped;
  const duration = restart ? Math.max(seconds, still) : seconds;
  const core_hours = coreHours(guest, duration);
  return {
    points: harm(guest, duration, still, config) + core_hours * (learned.slope ?? 0),
    duration_seconds: widened(around(duration, sd), known.n, line.overhead),
    downtime_seconds: { expected: still, low: still / 3, high: still * 3 },
    bytes: Math.round(bytes),
    bytes_per_second: rate,
    restart,
    core_hours,
  };
}

/** Until a few transfers were measured, the interval reaches down to what a far faster link would take. */
function widened({ expected, low, high }: Estimate, measured: number, overhead: number): Estimate {
  const trust = measured / (measured + priorWeight);
  const fast = Math.min(overhead, expected / 2) + Math.max(0, expected - overhead) / fastestLink;
  return { expected, low: trust * low + (1 - trust) * Math.min(low, fast), high };
}

const around = (expected: number, sd: number): Estimate => ({
  expected,
  low: Math.max(0, expected * (1 - z90 * sd)),
  high: expected * (1 + z90 * sd),
});

/** Benefit over cost: points won × hours they last ÷ price; a move that costs nothing is worth at most 1000. */
export const costBenefitRatio = (improvement: number, hours: number, points: number): number =>
  Math.min(1000, (improvement * hours) / Math.max(points, 1e-6));
