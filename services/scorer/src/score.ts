import type {
  ClusterSample,
  Config,
  Convergence,
  GuestProfile,
  NodeHistory,
  NodeSample,
  NodeScore,
  Trend,
} from '@evenkeel/contracts';
import {
  byText,
  cpuAt,
  figures,
  hourlyPenalties,
  hourShift,
  localWeekHour,
  millis,
  nodeLoad,
  nodePenalty,
  type PlanState,
  penaltyOf,
  planState,
  risesOf,
  risesOfDay,
  suitability,
  takesPart,
} from '@evenkeel/model';
import { converge } from './converge.ts';
import { exceeded } from './exceed.ts';
import { findTrend } from './find-trend.ts';
import { baseline, dailyPattern, learnHours } from './learn-hours.ts';
import { weeklyPattern } from './learn-week.ts';
import { peakOfNow } from './peak-of-now.ts';
import { emptyHistory, rememberNode } from './remember-node.ts';

export type Scored = { scores: NodeScore[]; convergence: Convergence; histories: NodeHistory[] };

type Settings = { config: Config; timezone: string; ms: number };

type Watched = { node: NodeSample; history: NodeHistory; trend: Trend };

function scoreNode({ node, history, trend }: Watched, state: PlanState, settings: Settings): NodeScore {
  const { config, timezone, ms } = settings;
  const n = state.nodeIndex.get(node.node)!;
  const predicted = nodeLoad(state, n);
  const even = nodePenalty(predicted, config.penalty_config);
  const rhythm = state.shaped[n]! > 0 ? hourlyPenalties(state, n) : undefined;
  const uneven = rhythm ? penaltyOf(state, n) - even.penalty : 0;
  const penalty = even.penalty + uneven;
  const hours = learnHours(history, timezone);
  const weekHour = localWeekHour(ms, timezone);
  const hour = weekHour % 24;
  const peak = rhythm ? Math.max(...Array.from({ length: 24 }, (_, h) => cpuAt(state, n, h))) : predicted.cpu;
  const usual = baseline(hours, hour, node.cpu, node.mem / Math.max(1, node.maxmem));
  const expected = cpuAt(state, n, hour);
  const verdict = exceeded({ cpu: expected, mem: predicted.mem }, node, usual, config);
  return {
    node: node.node,
    penalty,
    suitability: suitability(penalty),
    parts: [...even.parts, { part: 'rhythm', value: peak, points: uneven }],
    cpu: predicted.cpu,
    mem: predicted.mem,
    ...(node.iowait === undefined ? {} : { iowait: node.iowait }),
    ...(rhythm ? { hourly_penalty: rhythm.map((p) => Math.round(p * 100) / 100) } : {}),
    trend,
    baseline: usual,
    pattern: peakOfNow(weeklyPattern(history, timezone, weekHour) ?? dailyPattern(hours, hour), hours, {
      hour,
      cpu: Math.max(node.cpu, expected),
      rises: risesOfDay(state, n, Math.floor(weekHour / 24)),
    }),
    exceeded: verdict.exceeded,
    ...(verdict.note ? { seasonal_note: verdict.note } : {}),
  };
}

type Known = Readonly<Record<string, NodeHistory>>;

const onlineNodes = ({ nodes }: ClusterSample): NodeSample[] =>
  nodes.filter(({ status }) => status === 'online').sort((a, b) => byText(a.node, b.node));

/** The time zone of a cluster, UTC where none is set. */
export const timezoneOf = (cluster: string, config: Config): string =>
  config.clusters.find(({ name }) => name === cluster)?.timezone ?? 'UTC';

/** The histories of the online nodes with a run added. */
export function rememberRun(sample: ClusterSample, known: Known, config: Config): NodeHistory[] {
  const seconds = Math.floor(millis(sample.at) / 1000);
  const shift = hourShift(millis(sample.at), timezoneOf(sample.cluster, config));
  const speeds = new Map(sample.nodes.map(({ node, speed_factor }) => [node, speed_factor]));
  return onlineNodes(sample).map((node) =>
    rememberNode(known[node.node] ?? emptyHistory(node.node), node, sample.guests, seconds, { speeds, shift }),
  );
}

/** Penalties of the online nodes with all that explains them, and their histories with this run added; pure. */
export function score(sample: ClusterSample, profiles: readonly GuestProfile[], known: Known, config: Config): Scored {
  const ms = millis(sample.at);
  const timezone = timezoneOf(sample.cluster, config);
  const histories = rememberRun(sample, known, config);
  const watched = onlineNodes(sample).map((node, i) => {
    const history = histories[i]!;
    return { node, history, trend: findTrend(history, node.cpu) };
  });
  const rises = risesOf(watched.map(({ node, trend }) => ({ node: node.node, trend })));
  const state = planState(sample, profiles, config, rises);
  const scores = watched.map((w) => figures(scoreNode(w, state, { config, timezone, ms })));
  const counted = scores.filter((_, i) => takesPart(watched[i]!.node, config));
  return { scores, convergence: converge(counted, config), histories };
}
