import type { GuestRow } from '@evenkeel/proxmox';
import type { Look } from './look.ts';

/** What a look says at a glance: who is there, who answers, and which storages every node has. */
export function scene({ resources }: Look): {
  guests: GuestRow[];
  nodes: string[];
  online: Set<string>;
  shared: Set<string>;
} {
  return {
    guests: resources.guests,
    nodes: resources.nodes.map(({ node }) => node).sort(),
    online: new Set(resources.nodes.filter(({ status }) => status === 'online').map(({ node }) => node)),
    shared: new Set(resources.storages.filter(({ shared }) => shared).map(({ storage }) => storage)),
  };
}
