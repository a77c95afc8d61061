import type { Proxmox } from '@evenkeel/proxmox';
import { type Finding, findingsAbout } from './finding.ts';

/** A configured cluster, and who it says that it is. */
export type Identity = { cluster: string; status: Awaited<ReturnType<Proxmox['status']>> };

/** Clusters of the configuration that are one: of the same name (or none) with a member in common. */
export function judgeTwins(seen: readonly Identity[]): Finding[] {
  const { problem } = findingsAbout('configuration');
  return seen.flatMap((later, i) =>
    seen.slice(0, i).flatMap((earlier) => {
      const members = commonOf(earlier, later);
      if (earlier.status.name !== later.status.name || members.length === 0) return [];
      const called = later.status.name === undefined ? 'one node' : `the Proxmox cluster ${later.status.name}`;
      return problem(
        'clusters',
        `${earlier.cluster} and ${later.cluster} are both ${called} (${members.join(', ')}): each limit holds twice, and one undoes what the other does`,
        `list it once in the configuration, with all of its hosts`,
      );
    }),
  );
}

/** Nodes of both that have one name and no two addresses. */
function commonOf(a: Identity, b: Identity): string[] {
  const isSame = (node: string, ip: string | undefined) =>
    b.status.nodes.some(
      (other) => other.node === node && (other.ip === undefined || ip === undefined || other.ip === ip),
    );
  return a.status.nodes.filter(({ node, ip }) => isSame(node, ip)).map(({ node, ip }) => (ip ? `${node} ${ip}` : node));
}
