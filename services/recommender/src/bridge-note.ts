import { type ClusterSample, nameSome } from '@evenkeel/contracts';

const mostNamed = 4;

/** What an administrator should know where bridges of running guests are seen on no node, so that targets cannot be compared; or undefined. */
export function bridgeNote({ nodes, guests }: Pick<ClusterSample, 'nodes' | 'guests'>): string | undefined {
  const known = nodes.filter(({ bridges }) => bridges !== undefined);
  if (known.length === 0) return undefined;
  const seen = new Set(known.flatMap(({ bridges }) => bridges ?? []));
  const running = guests.filter(({ status }) => status !== 'stopped');
  const used = new Set(running.flatMap(({ constraints }) => constraints?.bridges ?? []));
  const hidden = [...used].filter((name) => !seen.has(name)).sort();
  if (hidden.length === 0) return undefined;
  return `whether a target has bridge ${nameSome(hidden, mostNamed)} is not known: no node shows it (the read token needs SDN.Audit)`;
}
