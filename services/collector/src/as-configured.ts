import type { Config, NodeSample } from '@evenkeel/contracts';

type AsConfigured = Pick<NodeSample, 'maintenance' | 'maintenance_named' | 'speed_factor'>;

/** What the configuration says of a node, which may be in maintenance without it: by Proxmox, or because somebody drains it. */
export function asConfigured(
  node: string,
  without: boolean,
  { automated_migrations, nodes }: Pick<Config, 'automated_migrations' | 'nodes'>,
): AsConfigured {
  const named = automated_migrations.maintenance_nodes.includes(node);
  return {
    maintenance: without || named,
    ...(named && !without && { maintenance_named: true }),
    speed_factor: nodes[node]?.speed_factor ?? 1,
  };
}
