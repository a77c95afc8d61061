import type { GuestProfile } from '@evenkeel/contracts';
import { classify } from './classify.ts';
import { hourlyMeans } from './hourly-means.ts';
import type { LocalHours } from './local-hours.ts';
import { lastDayAndWeek, overall } from './metric-statistics.ts';
import { readHistory } from './read-history.ts';
import { significant, significantEach } from './rounding.ts';
import { trendBesideDaily } from './trend.ts';
import { weeklyPeak } from './weekly-peak.ts';

export type Conclusion = Omit<GuestProfile, 'guest'>;

/** Everything that the hours of a guest say about it; undefined unless both CPU and memory were seen. */
export function conclude(cells: string, end: number, local: LocalHours): Conclusion | undefined {
  const history = readHistory(cells, end);
  const cpu = { ...history.overall, ...lastDayAndWeek(history.cpu, 6) };
  const mem = { ...overall(history.mem), ...lastDayAndWeek(history.mem, 1) };
  if (Number.isNaN(cpu.mean) || Number.isNaN(mem.mean)) return undefined;
  const { behavior, confidence, season, trend, residual_sd } = classify(history);
  const hourly = hourlyMeans(history.cpu, end, local);
  const weekly = season?.period_hours === 168 ? weeklyPeak(history.cpu, end, local) : undefined;
  return {
    behavior,
    confidence: significant(confidence, 2),
    samples: history.samples,
    window_hours: history.hourly.length,
    cpu: significantEach(cpu, 3),
    mem: significantEach(mem, 4),
    cpu_growth_per_day: significant(trend.per_hour * 2400, 3),
    mem_growth_per_day: significant(trendBesideDaily(history.mem).per_hour * 24, 3),
    ...(season ? { period_hours: season.period_hours } : {}),
    ...(hourly ? { hourly_cpu: hourly.map((value) => significant(value, 2)) } : {}),
    ...(weekly ? { weekly_peak: weekly } : {}),
    residual_sd: significant(residual_sd, 3),
  };
}
