import type { Config, Estimate, GuestProfile, GuestSample } from '@evenkeel/contracts';
import { z90 } from './chance.ts';
import { isWeekHour } from './week-hours.ts';

/** What a guest is expected to need wherever it runs; CPU in cores of the cluster's reference, memory in bytes. */
export type GuestPrediction = {
  /** Expected mean of the coming day. */
  cores: number;
  /** What a place for it must have room for: the peak hour of a rhythm, the growth of 48 h; without the margin. */
  peak_cores: number;
  /** Part of `cores` by which the guest is away from what is usual for it; no growth. */
  away_cores: number;
  /** Bursts above that (95th percentile less mean); independent guests do not burst together, so a node adds squares. */
  margin_cores: number;
  /** Standard deviation of a reading. */
  sd_cores: number;
  /** Standard deviation of the mean of the coming hours. */
  mean_sd_cores: number;
  /** Expected mean of the half hour that ends an hour from now, and its standard deviation. */
  next_cores: number;
  next_sd_cores: number;
  /** Expected cores less `cores` by hour of the day, where the guest has a rhythm. */
  hourly?: Float64Array;
  /** Cores beyond both by hour of the week, Monday 00:00 first, where it has a peak in the week: room for it is kept, the mean is not changed. */
  weekly?: Float64Array;
  mem_bytes: number;
  /** Read and write, bytes a second. */
  io: number;
};

type Settings = { prices: Config['penalty_config']; speed_factor: number; hour: number };

const unknownMargin = 0.5;
const growthDays = 2;
/** Variance of what is the same every hour, as it is added up. */
const roundingError = 1e-12;

/** What a VM occupies on its host: the host's own figure where Proxmox gives it, else what is in use inside. */
export const occupiedBytes = (guest: GuestSample): number => Math.max(guest.mem, guest.memhost ?? 0);

/** Means of now (the last hour, where known), 24 h and 7 d, by the configured weights over the windows that have data. */
export function blend(
  means: { now: number; day: number | undefined; week: number | undefined },
  prices: Config['penalty_config'],
): number {
  const day = means.day === undefined ? 0 : prices.weight_24h;
  const week = means.week === undefined ? 0 : prices.weight_7d;
  const total = prices.weight_current + day + week;
  if (total <= 0) return means.now;
  return (prices.weight_current * means.now + day * (means.day ?? 0) + week * (means.week ?? 0)) / total;
}

/**
 * Deviations of the 24 hours from their mean, drawn towards 0 by as much as chance alone would explain them
 * (James–Stein): one noisy day is no rhythm, two weeks that agree are. Nothing where less than a tenth is left.
 */
function rhythm(profile: GuestProfile): number[] | undefined {
  const hourly = profile.hourly_cpu;
  if (hourly?.length !== 24) return undefined;
  const mean = hourly.reduce((sum, v) => sum + v, 0) / 24;
  const variance = hourly.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 24;
  const chance = profile.residual_sd ** 2 / Math.max(1, profile.window_hours / 24);
  const kept = variance > roundingError ? Math.max(0, 1 - chance / variance) : 0;
  const share = profile.behavior === 'cyclical' ? Math.max(kept, 0.8) : kept;
  return share < 0.1 ? undefined : hourly.map((v) => (v - mean) * share);
}

function unprofiled(guest: GuestSample, speed: number): GuestPrediction {
  const cores = guest.cpu * guest.maxcpu * speed;
  const sd = Math.max(unknownMargin * cores, 0.1 * guest.maxcpu * speed);
  return {
    cores,
    peak_cores: cores,
    away_cores: 0,
    margin_cores: z90 * sd,
    sd_cores: sd,
    mean_sd_cores: sd,
    next_cores: cores,
    next_sd_cores: unseenSpread(guest.cpu) * guest.maxcpu * speed,
    mem_bytes: occupiedBytes(guest),
    io: guest.diskread + guest.diskwrite,
  };
}

/** A guest that is paused does nothing until it is resumed, and keeps its memory; what it did before says nothing of that. */
function paused(guest: GuestSample): GuestPrediction {
  return {
    cores: 0,
    peak_cores: 0,
    away_cores: 0,
    margin_cores: 0,
    sd_cores: 0,
    mean_sd_cores: 0,
    next_cores: 0,
    next_sd_cores: 0,
    mem_bytes: occupiedBytes(guest),
    io: 0,
  };
}

/** The mean that the coming day is expected to have, as a fraction of the guest's vCPUs; a rhythm's phase is taken out of "now". */
function level(
  guest: GuestSample,
  profile: GuestProfile,
  deviations: number[] | undefined,
  settings: Settings,
): number {
  const phase = deviations?.[settings.hour] ?? 0;
  const now = (profile.cpu.hour ?? guest.cpu) - phase;
  return Math.max(0, blend({ now, day: profile.cpu.day, week: profile.cpu.week }, settings.prices));
}

/** What a rhythm explains is no noise; a guest that is not classed as cyclical has it in its residual still. */
function unexplainedSd(profile: GuestProfile, deviations: number[] | undefined): number {
  const sd = Math.max(profile.residual_sd, 0.005);
  if (!deviations || profile.behavior === 'cyclical') return sd;
  const explained = deviations.reduce((sum, d) => sum + d * d, 0) / 24;
  return Math.sqrt(Math.max((0.3 * sd) ** 2, sd * sd - explained));
}

/** Chance that what keeps a guest away from its usual load now still does so in an hour. */
const stays = 0.8;
/** Standard deviation of half an hour an hour from now, as a share of that of ten minutes around what the behaviour says. */
const nextSpread = 0.78;
/** What that deviation is for guests of which only a reading is known, and the hours of which it is worth as much as they say themselves. */
const unseenSpread = (level: number): number => 0.04 + 0.25 * level;
const unseenHours = 4;

/** What is usual for a guest, as a fraction of its vCPUs: its means of the day and of the week. */
function usualLevel(guest: GuestSample, cpu: GuestProfile['cpu'], prices: Config['penalty_config']): number {
  const day = cpu.day ?? cpu.week ?? cpu.hour ?? guest.cpu;
  const weights = prices.weight_24h + prices.weight_7d;
  const usual = weights > 0 ? (prices.weight_24h * day + prices.weight_7d * (cpu.week ?? day)) / weights : day;
  return Math.min(boundOf(guest, cpu), usual);
}

/** The most that a guest can use, as a fraction of its vCPUs; what it uses now it can. */
const usable = (guest: GuestSample): number => Math.max(1, guest.cpu);

/** What bounds all that its history says of a guest which used more, while it had more vCPUs, than it can use now. */
const boundOf = (guest: GuestSample, { max }: GuestProfile['cpu']): number =>
  max > usable(guest) ? usable(guest) : Number.POSITIVE_INFINITY;

/**
 * The mean of the half hour that ends an hour from now, as a fraction of the guest's vCPUs, and its standard deviation: its own
 * noise, and that a guest which is not where it usually is may stay there or go back.
 */
function nextHour(
  guest: GuestSample,
  { cpu, residual_sd, window_hours }: GuestProfile,
  deviations: number[] | undefined,
  { prices, hour }: Settings,
): { level: number; sd: number } {
  const most = boundOf(guest, cpu);
  const now = Math.min(most, cpu.hour ?? guest.cpu);
  const usual = usualLevel(guest, cpu, prices);
  const away = now - (deviations?.[hour] ?? 0) - usual;
  const level = Math.max(0, Math.min(most, usual + stays * away + (deviations?.[(hour + 1) % 24] ?? 0)));
  const known = window_hours / (window_hours + unseenHours);
  const own = (nextSpread * Math.max(Math.min(most / 2, residual_sd), 0.005)) ** 2;
  const noise = known * own + (1 - known) * unseenSpread(level) ** 2;
  return { level, sd: Math.sqrt(noise + stays * (1 - stays) * away ** 2) };
}

/** A value for each of so many hours; filled one by one, since `Float64Array.from` takes six times as long, for every guest in every run. */
function eachHour(count: number, value: (hour: number) => number): Float64Array {
  const hours = new Float64Array(count);
  for (let hour = 0; hour < count; hour++) hours[hour] = value(hour);
  return hours;
}

/** What the hours of its weekly peak need beyond what is expected of them by the day; nothing where the day has it all. */
function beyondTheDay(
  peak: GuestProfile['weekly_peak'],
  mean: number,
  hourly: Float64Array | undefined,
  most: number,
): Float64Array | undefined {
  if (!peak) return undefined;
  const beyond = eachHour(168, (hour) =>
    isWeekHour(peak.hours, hour) ? Math.max(0, Math.min(most, peak.cpu) - mean - (hourly?.[hour % 24] ?? 0)) : 0,
  );
  return beyond.some((cpu) => cpu > 0) ? beyond : undefined;
}

/** Few samples say little of the hours to come, and the hours to come vary by themselves. */
const meanSd = (profile: GuestProfile, sd: number): number =>
  sd * Math.sqrt(0.3 + 1 / (1 + Math.min(24, profile.window_hours)));

/** Points a day from which on a guest grows: 5 in 48 hours. */
const leastGrowth = 2.5;
const growsBesides = (profile: GuestProfile): boolean => profile.cpu_growth_per_day >= leastGrowth;

/**
 * Predicted load of a guest by its behaviour: steady its mean, bursty its 95th percentile (as a margin), growing its
 * mean and 48 h of growth, cyclical the peak of its day or week, and its growth too where it grows besides; an unknown one is taken as steady with a wide margin; a paused one uses no CPU.
 * Who used more while it had more vCPUs is expected to use all that it has now, and no more.
 * Behaviours are those of CPU: memory that grows does so whatever the CPU does.
 */
export function predictGuest(
  guest: GuestSample,
  profile: GuestProfile | undefined,
  settings: Settings,
): GuestPrediction {
  if (guest.status === 'paused') return paused(guest);
  const speed = settings.speed_factor;
  if (!profile || profile.samples === 0) return unprofiled(guest, speed);
  const factor = guest.maxcpu * speed;
  const most = boundOf(guest, profile.cpu);
  const deviations = rhythm(profile);
  const growing = profile.behavior === 'growing' || (profile.behavior === 'cyclical' && growsBesides(profile));
  const grown = growing ? (growthDays * Math.max(0, profile.cpu_growth_per_day)) / 100 : 0;
  const due = Math.min(most, level(guest, profile, deviations, settings));
  const mean = Math.min(usable(guest), due + grown);
  const hourly = deviations && eachHour(24, (hour) => Math.max(-mean, Math.min(most - mean, deviations[hour]!)));
  const peak = Math.max(0, ...(hourly ?? []));
  const weekly = beyondTheDay(profile.weekly_peak, mean, hourly, most);
  const inWeek = weekly && profile.weekly_peak ? profile.weekly_peak.cpu : 0;
  const top = Math.min(most, Math.max(mean + peak, inWeek));
  const sd = Math.min(most / 2, unexplainedSd(profile, deviations));
  const next = nextHour(guest, profile, deviations, settings);
  const burst = profile.behavior === 'bursty' ? Math.max(0, profile.cpu.p95 - profile.cpu.mean - peak) : 0;
  const margin = Math.min(most - top, profile.behavior === 'unknown' ? z90 * 1.5 * sd : burst);
  const memGrown = growthDays * Math.max(0, profile.mem_growth_per_day);
  return {
    cores: mean * factor,
    peak_cores: top * factor,
    away_cores: (due - usualLevel(guest, profile.cpu, settings.prices)) * factor,
    margin_cores: margin * factor,
    sd_cores: sd * factor,
    mean_sd_cores: meanSd(profile, sd) * factor,
    next_cores: next.level * factor,
    next_sd_cores: next.sd * factor,
    ...(hourly ? { hourly: hourly.map((cpu) => cpu * factor) } : {}),
    ...(weekly ? { weekly: weekly.map((cpu) => cpu * factor) } : {}),
    mem_bytes: Math.max(occupiedBytes(guest), Math.min(guest.maxmem, occupiedBytes(guest) + memGrown)),
    io: guest.diskread + guest.diskwrite,
  };
}

/** The load that a place must be ready for, with the interval in which 90 % of readings are expected. */
export function coresEstimate(prediction: GuestPrediction): Estimate {
  const { cores, peak_cores, margin_cores, sd_cores } = prediction;
  const spread = z90 * Math.hypot(sd_cores, prediction.mean_sd_cores);
  const expected = peak_cores + margin_cores;
  return { expected, low: Math.max(0, cores - spread), high: Math.max(expected, peak_cores + spread) };
}
