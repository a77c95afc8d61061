import type { GuestProfile, GuestSample, ResourceType } from '@evenkeel/contracts';

/** How much of a resource a guest uses, fractions of what it has. */
export type Usage = {
  current: number;
  average: number;
  peak: number;
  /** Share of the load that the guest's profile foretells, 0..1; absent where there is no forecast. */
  forecast_accuracy?: number;
  /** What is cached counts as used: a low figure holds, a high one says nothing. */
  with_cache?: boolean;
};

/** A guest as far as scaling looks at it. */
export type Usages = Partial<Record<ResourceType, Usage>>;

/** Hours that a guest must have been watched before a profile is a forecast, and before anything is advised about its size. */
export const leastHours = 24;

const foretold = ({ behavior, window_hours, residual_sd, cpu }: GuestProfile): { forecast_accuracy?: number } =>
  behavior === 'unknown' || window_hours < leastHours || cpu.mean <= 0
    ? {}
    : { forecast_accuracy: Math.max(0, 1 - residual_sd / cpu.mean) };

/** The 95th percentile of the window, or the last hour where that passes it. */
const peakOf = ({ p95, hour }: GuestProfile['cpu']): number => Math.max(p95, hour ?? 0);

/** The same with peaks that are no lower than what is used now: whoever measured them, a guest is not to have less than it uses. */
export const peaksReached = (usages: Usages): Usages =>
  Object.fromEntries(
    Object.entries(usages).map(([resource, usage]) => [
      resource,
      { ...usage, peak: Math.max(usage.peak, usage.current) },
    ]),
  );

/**
 * What a sample and a profile say: the reading now, the mean of the last day (of the whole window where that has no data), and
 * the peak, which is what is used now where that passes all before. Memory of a VM is what its host or its balloon driver sees, cache included.
 */
export function usagesOf(guest: GuestSample, profile: GuestProfile | undefined): Usages {
  if (!profile || profile.samples === 0) return {};
  const { cpu, mem } = profile;
  const share = (bytes: number): number => bytes / Math.max(1, guest.maxmem);
  return peaksReached({
    cpu: { current: guest.cpu, average: cpu.day ?? cpu.mean, peak: peakOf(cpu), ...foretold(profile) },
    memory: {
      current: share(guest.mem),
      average: share(mem.day ?? mem.mean),
      peak: share(peakOf(mem)),
      ...(guest.mem_source === 'cgroup' ? {} : { with_cache: true }),
    },
  });
}
