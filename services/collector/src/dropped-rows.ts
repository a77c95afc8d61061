import type { ClusterSample } from '@evenkeel/contracts';
import { byText } from '@evenkeel/model';
import type { DroppedRows } from '@evenkeel/proxmox';

type Unread = NonNullable<ClusterSample['unread']>[number];

const names: Record<DroppedRows['what'], [one: string, many: string]> = {
  node: ['A node', 'nodes'],
  guest: ['A guest', 'guests'],
  storage: ['A storage', 'storages'],
  resource: ['A resource of the cluster', 'resources of the cluster'],
  member: ['A member of the cluster', 'members of the cluster'],
  'HA resource': ['An HA resource', 'HA resources'],
  'HA rule': ['An HA rule', 'HA rules'],
  'HA state': ['The HA state of a node', 'HA states of nodes'],
  volume: ['A volume', 'volumes'],
  replication: ['A replication job', 'replication jobs'],
  bridge: ['A bridge of a node', 'bridges of a node'],
  'backup job': ['A backup job', 'backup jobs'],
  task: ['A task of the cluster', 'tasks of the cluster'],
};

/** A sentence for each kind of row that could not be read, with its count and the first id. */
export function droppedProblems(dropped: readonly DroppedRows[]): string[] {
  const said = dropped.map(({ what, count, id }) => {
    const [one, many] = names[what];
    const which = id === undefined ? '' : count === 1 ? `: "${id}"` : `, the first is "${id}"`;
    return `${count === 1 ? one : `${count} ${many}`} could not be read${which}.`;
  });
  return [...new Set(said)].sort(byText);
}

const rowsOf: Record<Unread, readonly DroppedRows['what'][]> = {
  ha_rules: ['HA rule'],
  ha_resources: ['HA resource'],
  maintenance: ['HA state'],
  options: [],
  tasks: ['task'],
};

/** What was not read at all, or not to the last row. A call that this version of Proxmox does not have holds nothing to read. */
export function unreadOf(
  answers: Readonly<Record<Unread, { ok: true } | { ok: false; error: { kind: string } }>>,
  dropped: readonly DroppedRows[],
): Unread[] {
  const isUnread = (what: Unread): boolean => {
    const answer = answers[what];
    if (!answer.ok) return answer.error.kind !== 'not_implemented';
    return dropped.some((rows) => rowsOf[what].includes(rows.what));
  };
  return (Object.keys(rowsOf) as Unread[]).filter(isUnread);
}
