import type { GuestState, World } from './world.ts';

/** What binds a service to nodes: a rule, or the group that it names. */
export type NodeAffinity = { priorityOn: (node: string) => number | undefined; failback: boolean };

/** Priority of a node under a rule or group: -1 where it is only second best, undefined where it is not allowed. */
const priorities =
  (nodes: Record<string, number>, isStrict: boolean, isNegative = false) =>
  (node: string): number | undefined => {
    const named = nodes[node];
    const wanted = isNegative ? (named === undefined ? 0 : undefined) : named;
    return wanted ?? (isStrict ? undefined : -1);
  };

/** The rules about a service and, while groups are in force, its group. */
export const nodeAffinitiesOf = ({ plan: cluster }: World, { plan }: GuestState): NodeAffinity[] => [
  ...cluster.rules.flatMap((rule) =>
    rule.type === 'node-affinity' && !rule.disable && rule.resources.includes(plan.sid)
      ? [
          {
            priorityOn: priorities(rule.nodes, rule.strict, rule.affinity === 'negative'),
            failback: plan.ha?.failback ?? true,
          },
        ]
      : [],
  ),
  ...cluster.groups
    .filter(({ group }) => group === plan.ha?.group)
    .map(({ nodes, restricted, nofailback }) => ({
      priorityOn: priorities(nodes, restricted),
      failback: !nofailback,
    })),
];

/** Of some nodes those that all affinities allow and like best, the first affinity first. */
export const best = (affinities: readonly NodeAffinity[], nodes: readonly string[]): string[] =>
  affinities.reduce<string[]>(
    (left, { priorityOn }) => {
      const top = Math.max(...left.map((node) => priorityOn(node) ?? Number.NEGATIVE_INFINITY));
      return left.filter((node) => priorityOn(node) === top);
    },
    nodes.filter((node) => isAllowed(affinities, node)),
  );

/** Whether no strict affinity keeps a service from a node. */
export const isAllowed = (affinities: readonly NodeAffinity[], node: string): boolean =>
  affinities.every(({ priorityOn }) => priorityOn(node) !== undefined);
