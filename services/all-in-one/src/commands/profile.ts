import {
  type ClusterSample,
  type Config,
  clusterScored,
  days,
  type GuestProfile,
  type WeeklyPeak,
} from '@evenkeel/contracts';
import { coresEstimate, type GuestPrediction, isWeekHour, localHour, millis, predictGuest } from '@evenkeel/model';
import type { Command } from 'commander';
import { safe } from '../demo/tell.ts';
import { type AskOptions, askBus, lastOf, vmidOf } from './ask-bus.ts';
import { gib, percent } from './columns.ts';

type Guest = ClusterSample['guests'][number];

const notes = `
Every guest counts with the means of its last hour, day and week, by the weights of penalty_config; and

  steady    little change: with no more than that     growing   a lasting rise: with two days more of it
  bursty    frequent spikes: with a margin as wide    cyclical  a daily or weekly rhythm: with its peak hour, with
            as its 95th percentile is above its mean            its growth too where it has any; the peaks of its
  unknown   too little seen: with a wide margin                 node are what matters`;

export function addProfile(program: Command): void {
  program
    .command('profile')
    .description('how a guest behaves, and what it is counted with because of that')
    .argument('<vmid>', 'number of the guest')
    .option('-c, --config <file>', 'configuration file, YAML or JSON')
    .option('--cluster <name>', 'cluster, where there are several')
    .option('--json', 'print guest, profile and prediction as JSON')
    .addHelpText('after', notes)
    .action(async (vmid: string, options: AskOptions) => {
      const wanted = vmidOf(vmid);
      await askBus('profile', options, async (asked) => {
        const { data, config } = await lastOf(clusterScored, asked);
        const { sample, profiles } = data;
        const guest = sample.guests.find((g) => g.vmid === wanted);
        if (!guest) throw new Error(`no guest ${wanted} in cluster ${sample.cluster}`);
        const profile = profiles.find((p) => p.guest === guest.guest);
        if (!profile) throw new Error(`guest ${wanted} has not been watched yet`);
        const prediction = predictionOf(guest, profile, sample, config);
        const { hourly, weekly, ...figures } = prediction;
        process.stdout.write(
          options.json
            ? `${JSON.stringify({ at: sample.at, guest: guest.guest, name: guest.name, node: guest.node, profile, prediction: { ...figures, ...(hourly ? { hourly: [...hourly] } : {}), ...(weekly ? { weekly: [...weekly] } : {}) } }, null, 2)}\n`
            : sayProfile(guest, profile, prediction),
        );
      });
    });
}

function predictionOf(guest: Guest, profile: GuestProfile, sample: ClusterSample, config: Config): GuestPrediction {
  const timezone = config.clusters.find((c) => c.name === sample.cluster)?.timezone ?? 'UTC';
  const speed_factor = sample.nodes.find((n) => n.node === guest.node)?.speed_factor ?? 1;
  return predictGuest(guest, profile, {
    prices: config.penalty_config,
    speed_factor,
    hour: localHour(millis(sample.at), timezone),
  });
}

const bars = '▁▂▃▄▅▆▇█';
const blended = 'its last hour, day and week, weighed';
const basis: Record<GuestProfile['behavior'], string> = {
  steady: blended,
  bursty: `${blended}, and as much more as its 95th percentile is above its mean`,
  growing: `${blended}, and two days of growth`,
  cyclical: `${blended}, at its peak`,
  unknown: `${blended}, with a wide margin until it has been watched longer`,
};

function sayWeek({ hours, cpu, otherwise }: WeeklyPeak): string {
  const all = Array.from({ length: 168 }, (_, hour) => hour).filter((hour) => isWeekHour(hours, hour));
  const on = days.filter((_, day) => all.some((hour) => Math.floor(hour / 24) === day));
  return `${percent(cpu)} in ${all.length} hours (${on.join(', ')}), ${percent(otherwise)} otherwise`;
}

function sayHours(hourly: readonly number[]): string {
  const top = Math.max(0.01, ...hourly);
  const drawn = hourly.map((v) => bars[Math.min(7, Math.floor((8 * v) / top))]).join('');
  const hourOf = (value: number): string => `${String(hourly.indexOf(value)).padStart(2, '0')}:00`;
  const [low, high] = [Math.min(...hourly), Math.max(...hourly)];
  return `${drawn}  00–23; most at ${hourOf(high)} (${percent(high)}), least at ${hourOf(low)} (${percent(low)})`;
}

function sayGrowth({ cpu_growth_per_day: cpu, mem_growth_per_day: mem }: GuestProfile): string {
  const parts = [
    ...(cpu === 0 ? [] : [`CPU ${cpu > 0 ? '+' : '−'}${Math.abs(cpu).toFixed(1)} points a day`]),
    ...(mem === 0 ? [] : [`memory ${mem > 0 ? '+' : '−'}${gib(Math.abs(mem))} a day`]),
  ];
  return parts.join(', ') || 'none that is significant';
}

/** A profile for a reader. */
function sayProfile(guest: Guest, profile: GuestProfile, prediction: GuestPrediction): string {
  const { cpu, mem } = profile;
  const period = profile.period_hours === undefined ? '' : `, period ${profile.period_hours} h`;
  const load = coresEstimate(prediction);
  const recent = (value: number | undefined): string => (value === undefined ? '–' : percent(value));
  return [
    `${guest.guest} ${safe(guest.name)} on ${safe(guest.node)} (${guest.status})`,
    `  behaviour  ${profile.behavior}${period}, confidence ${percent(profile.confidence)}`,
    `  watched    ${Math.round(profile.window_hours)} h, ${profile.samples} samples`,
    `  CPU        now ${percent(guest.cpu)}, hour ${recent(cpu.hour)}, day ${recent(cpu.day)}, week ${recent(cpu.week)} of ${guest.maxcpu} vCPUs`,
    `             min ${percent(cpu.min)}, mean ${percent(cpu.mean)}, p95 ${percent(cpu.p95)}, max ${percent(cpu.max)}`,
    `  memory     now ${gib(guest.mem)} of ${gib(guest.maxmem)} (${guest.mem_source}); mean ${gib(mem.mean)}, p95 ${gib(mem.p95)}, max ${gib(mem.max)}`,
    `  growth     ${sayGrowth(profile)}`,
    ...(profile.hourly_cpu ? [`  by hour    ${sayHours(profile.hourly_cpu)}`] : []),
    ...(profile.weekly_peak ? [`  by week    ${sayWeek(profile.weekly_peak)}`] : []),
    `  counts as  ${load.expected.toFixed(1)} cores (90 % of the time ${load.low.toFixed(1)} to ${load.high.toFixed(1)}), ${gib(prediction.mem_bytes)}: ${basis[profile.behavior]}`,
    '',
  ].join('\n');
}
