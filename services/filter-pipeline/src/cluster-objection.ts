import { type Config, pauseSentence } from '@evenkeel/contracts';
import { failureStop, windowState } from '@evenkeel/model';
import type { FilterContext } from './filter.ts';

type Circumstances = Pick<FilterContext, 'now' | 'config' | 'automation' | 'last_failure'> & {
  run: { sample: FilterContext['run']['sample'] };
};

/** Why nothing at all may move in this cluster now; undefined where nothing stands against it. Every reason may pass by itself or by a person. */
export function clusterObjection(context: Circumstances): string | undefined {
  const { automated_migrations } = context.config;
  const pause = pauseSentence(context.automation);
  if (pause !== null) return `${pause}; to go on: evenkeel resume ${context.run.sample.cluster}`;
  const { kill_switch } = context.run.sample;
  if (kill_switch !== undefined) return `${kill_switch}: nothing is written to Proxmox until it is off`;
  if (!automated_migrations.enabled) return 'automated_migrations.enabled is false';
  return (
    stopAfterFailure(context) ??
    closedWindow(automated_migrations.schedule, context.now) ??
    unreadRules(context.run.sample) ??
    clusterHealth(automated_migrations.safety_checks, context.run.sample, context.config.nodes)
  );
}

function stopAfterFailure({ config, last_failure, now, automation, run }: Circumstances): string | undefined {
  const failed = last_failure?.ended && { ...last_failure, ...last_failure.ended };
  return failureStop(failed, { cluster: run.sample.cluster, now, config, automation });
}

function closedWindow(schedule: Config['automated_migrations']['schedule'], now: number): string | undefined {
  const { open, reason } = windowState(schedule, now);
  return open ? undefined : reason;
}

const bindingWords = {
  ha_rules: 'HA rules',
  ha_resources: 'HA resources',
  maintenance: 'nodes in maintenance',
} as const;

/** What binds guests and was not read: no setting waives it, for nobody can say that a move keeps to it. */
function unreadRules({ unread = [] }: FilterContext['run']['sample']): string | undefined {
  const words = unread.flatMap((what) =>
    what in bindingWords ? [bindingWords[what as keyof typeof bindingWords]] : [],
  );
  return words.length > 0 ? `${words.join(' and ')} could not be read` : undefined;
}

/** What ails the cluster; nodes in maintenance or set to be ignored may be down. */
export function clusterHealth(
  checks: Config['automated_migrations']['safety_checks'],
  sample: FilterContext['run']['sample'],
  special: Config['nodes'],
): string | undefined {
  if (checks.require_quorum && !sample.quorate) return 'the cluster has no quorum';
  if (!checks.check_cluster_health) return undefined;
  const down = sample.nodes.filter((n) => n.status !== 'online' && !n.maintenance && !special[n.node]?.ignore);
  if (down.length > 0)
    return `cluster health: ${down.map((n) => `node ${n.node} is ${n.status}`).join(', ')}, ${sample.nodes.length - down.length} of ${sample.nodes.length} nodes fit`;
  const [problem, ...more] = sample.problems;
  if (problem === undefined) return undefined;
  return `cluster health: ${problem}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
}
