import type { Decision, DecisionAction, NodeSample, Recommendation, RunSummary } from '@evenkeel/contracts';
import { moveResident, type Residences, survivalOf, windowState } from '@evenkeel/model';
import { awaiting } from './authority.ts';
import { clusterHealth, clusterObjection } from './cluster-objection.ts';
import type { Occasion } from './context.ts';
import type { FilterContext } from './filter.ts';

const mostDecisions = 120;
/** Most notes that a summary holds. */
export const mostNotes = 20;
const longestSentence = 240;

/** The run in one value; where nothing moves, `notes` says why. */
export function summarize(
  { generated, config }: Occasion,
  context: FilterContext,
  decisions: readonly Decision[],
  planned: readonly Recommendation[],
): RunSummary {
  const { safety_checks, schedule } = config.automated_migrations;
  const acts = decisions.some(({ action, reason }) => action === 'pending' && reason !== awaiting);
  return {
    run_id: generated.run_id,
    cluster: generated.cluster,
    timestamp: generated.sample.run?.opened_at ?? generated.at,
    status: acts ? 'acting' : clusterObjection(context) ? 'skipped' : 'no_action',
    mode: modeOf(context),
    config_revision: generated.config_revision,
    migrations_executed: 0,
    migrations_successful: 0,
    ...(!acts && { duration_seconds: 0 }),
    safety_checks: {
      migration_window: windowState(schedule, context.now).reason,
      cluster_health: clusterHealth(safety_checks, generated.sample, config.nodes) ?? 'ok',
      running_migrations: Math.max(generated.sample.running_migrations.length, context.in_flight.length),
    },
    counts: countActions(decisions),
    decisions: decisions.slice(0, mostDecisions).map(lineOf),
    notes: [...(acts ? [] : whyNothing(decisions, context)), ...generated.notes].map(cut).slice(0, mostNotes),
    convergence: generated.convergence,
    imbalance: imbalanceOf(context),
    ...survivalsOf(context, planned),
  };
}

/** Of the nodes as they are, and once the moves that passed are made; of a single node there is nothing to say. */
function survivalsOf({ residences }: FilterContext, planned: readonly Recommendation[]): Pick<RunSummary, 'survival'> {
  if (!residences || residences.size < 2) return {};
  const then = planned.reduce(
    (all, r) => moveResident(all, r.source_node, r.target_node, r.guest_load.mem_bytes),
    residences,
  );
  const tell = (all: Residences) => {
    const { survives, reason } = survivalOf(all);
    return { survives, reason };
  };
  return { survival: { now: tell(residences), after: tell(then) } };
}

function modeOf({ config, automation }: FilterContext): RunSummary['mode'] {
  if (automation.pause) return 'paused';
  if (config.mode === 'observe' || config.mode === 'recommend') return config.mode;
  if (config.automated_migrations.dry_run) return 'dry_run';
  return config.mode === 'approve' ? 'approve' : 'live';
}

export function countActions(decisions: readonly { action: DecisionAction }[]): RunSummary['counts'] {
  const counts: RunSummary['counts'] = {};
  for (const { action } of decisions) counts[action] = (counts[action] ?? 0) + 1;
  return counts;
}

function lineOf({ decision_id, action, reason, recommendation: r }: Decision): RunSummary['decisions'][number] {
  return {
    decision_id,
    guest: r.guest,
    name: r.name,
    source_node: r.source_node,
    target_node: r.target_node,
    action,
    reason: cut(reason),
    confidence_score: r.confidence_score,
    score_improvement: r.score_improvement,
  };
}

/** Why nothing moves: what stops all, and who said no how often; where nothing was recommended, the run's own notes say why. */
function whyNothing(decisions: readonly Decision[], context: FilterContext): string[] {
  const stop = clusterObjection(context);
  const { notes, convergence } = context.run;
  if (decisions.length === 0 && notes.length === 0 && !stop) return [`nothing was recommended: ${convergence.reason}`];
  const byCause = new Map<string, { count: number; example: string }>();
  for (const decision of decisions) {
    const { cause, example } = causeOf(decision);
    const known = byCause.get(cause);
    byCause.set(cause, { count: (known?.count ?? 0) + 1, example: known?.example ?? example });
  }
  const causes = [...byCause].flatMap(([cause, { count, example }]) =>
    stop && example === stop ? [] : `${count} of ${decisions.length} ${cause}${example && ` (${example})`}`,
  );
  return [...(stop ? [`nothing moves now: ${stop}`] : []), ...causes];
}

function causeOf({ action, reason, ladder }: Decision): { cause: string; example: string } {
  const failed = ladder.find(({ result }) => result === 'failed');
  if (failed)
    return { cause: action === 'observing' ? action : `${action} by ${failed.filter}`, example: failed.reason };
  return { cause: reason.startsWith(action) ? reason : `${action}: ${reason}`, example: '' };
}

function imbalanceOf({ rules, scores }: FilterContext): RunSummary['imbalance'] {
  const online = [...rules.nodes.values()].filter(({ status }) => status === 'online');
  const deviation = (value: (n: NodeSample) => number, weight: (n: NodeSample) => number): number => {
    const total = online.reduce((sum, n) => sum + weight(n), 0);
    if (total === 0) return 0;
    const mean = online.reduce((sum, n) => sum + weight(n) * value(n), 0) / total;
    return 100 * Math.sqrt(online.reduce((sum, n) => sum + weight(n) * (value(n) - mean) ** 2, 0) / total);
  };
  return {
    cpu: deviation(
      (n) => n.cpu,
      (n) => n.maxcpu * n.speed_factor,
    ),
    mem: deviation(
      (n) => n.mem / n.maxmem,
      (n) => n.maxmem,
    ),
    highest_penalty: Math.max(0, ...[...scores.values()].map(({ penalty }) => penalty)),
  };
}

const cut = (text: string): string =>
  text.length <= longestSentence ? text : `${text.slice(0, longestSentence - 1)}…`;
