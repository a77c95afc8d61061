/** What a token may do by path, as Proxmox says it; true where it also holds below. */
export type Permissions = Record<string, Record<string, boolean>>;

/** Paths that Evenkeel asks about. */
export type Places = { nodes: readonly string[]; vmids: readonly number[]; storages: readonly string[] };

/** What the configuration asks for besides looking and migrating. */
export type Wants = {
  /** Guest agents are asked, and this privilege is what the version wants for it. */
  agent?: 'VM.GuestAgent.Audit' | 'VM.Monitor' | undefined;
  /** Guests have devices by a mapping of the cluster. */
  mappings?: boolean;
  /** Storages that disks may be put on instead of their own. */
  storages?: readonly string[];
  /** Guests are under HA: tasks of their migrations belong to root@pam. */
  ha?: boolean;
};

export type Need = {
  privilege: string;
  /** Where it is granted once for all. */
  top: string;
  paths: readonly string[];
  for: string;
  /** Where it is enough that some of the paths have it. */
  optional?: true;
};

/** What the token of this right must be allowed to do. */
export function needsOf(right: 'read' | 'write', { nodes, vmids, storages }: Places, wants: Wants = {}): Need[] {
  const guests = vmids.map((vmid) => `/vms/${vmid}`);
  const below = (top: string, names: readonly string[]) => [top, ...names.map((name) => `${top}/${name}`)];
  return [
    { privilege: 'Sys.Audit', top: '/', paths: ['/'], for: 'status, options, HA rules and tasks of the cluster' },
    { privilege: 'Sys.Audit', top: '/nodes', paths: below('/nodes', nodes), for: 'load and clock of the nodes' },
    { privilege: 'VM.Audit', top: '/vms', paths: ['/vms', ...guests], for: 'load and configuration of guests' },
    { privilege: 'Datastore.Audit', top: '/storage', paths: below('/storage', storages), for: 'where disks may lie' },
    { privilege: 'Pool.Audit', top: '/pool', paths: ['/pool'], for: 'pools of guests', optional: true },
    {
      privilege: 'SDN.Audit',
      top: '/sdn',
      paths: ['/sdn/zones/localnetwork'],
      for: 'whether a target has the bridges of a guest',
      optional: true,
    },
    ...(right === 'read' && wants.mappings ? [mapping] : []),
    ...(right === 'write'
      ? [
          { privilege: 'VM.Migrate', top: '/vms', paths: guests.length > 0 ? guests : ['/vms'], for: 'migrations' },
          ...wantedOf(guests, wants),
          ...(wants.ha ? [stopping(below('/nodes', nodes).slice(1))] : []),
        ]
      : []),
  ];
}

const stopping = (paths: readonly string[]): Need => ({
  privilege: 'Sys.Modify',
  top: '/nodes',
  paths: paths.length > 0 ? paths : ['/nodes'],
  for: 'stopping migrations of guests under HA (past their deadline, or that do not converge); without it these run on to their end',
  optional: true,
});

const mapping: Need = {
  privilege: 'Mapping.Audit',
  top: '/mapping',
  paths: ['/mapping/pci'],
  for: 'where guests with mapped devices may go; without it they stay',
  optional: true,
};

function wantedOf(guests: readonly string[], { agent, storages = [] }: Wants): Need[] {
  const vms = { top: '/vms', paths: guests.length > 0 ? guests : ['/vms'], optional: true } as const;
  const asking = 'asking guests whether they respond after a move (migration_checks.guest_agent)';
  const mapping = 'putting disks on a storage of another name (storage_map)';
  return [
    ...(agent ? [{ privilege: agent, ...vms, for: asking }] : []),
    ...(storages.length > 0 ? [{ privilege: 'VM.Config.Disk', ...vms, for: mapping }] : []),
    ...storages.map((storage): Need => {
      const path = `/storage/${storage}`;
      return { privilege: 'Datastore.AllocateSpace', top: path, paths: [path], for: mapping, optional: true };
    }),
  ];
}

/** Privileges of the writing token besides those to look and to migrate. */
export const extraPrivileges = ({ agent, storages = [] }: Wants): string[] => [
  ...(agent ? [agent] : []),
  ...(storages.length > 0 ? ['VM.Config.Disk', 'Datastore.AllocateSpace'] : []),
];

/** Whether a privilege holds at a path: the deepest entry on the way to it has the word. */
export function holds(permissions: Permissions, path: string, privilege: string): boolean {
  for (let at = path; ; at = at.slice(0, Math.max(1, at.lastIndexOf('/')))) {
    const entry = permissions[at];
    if (entry) return at === path ? privilege in entry : entry[privilege] === true;
    if (at === '/') return false;
  }
}

/** Paths of a need where the privilege is missing. */
export const missingAt = (permissions: Permissions, { paths, privilege }: Need): string[] =>
  paths.filter((path) => !holds(permissions, path, privilege));

/** Privileges beyond looking (and beyond migrating, for the writing token), each with a path where it is held. */
export function excessOf(permissions: Permissions, right: 'read' | 'write', wants: Wants = {}): string[] {
  const harmless = (privilege: string, path: string): boolean =>
    /\.Audit$|^Sys\.Syslog$/.test(privilege) ||
    (right === 'write' && wants.ha === true && privilege === 'Sys.Modify' && /^\/nodes(\/|$)/.test(path)) ||
    (right === 'write' && ['VM.Migrate', ...extraPrivileges(wants)].includes(privilege));
  const found = new Map<string, string>();
  const byDepth = Object.entries(permissions).sort(([a], [b]) => a.length - b.length || (a < b ? -1 : 1));
  for (const [path, held] of byDepth)
    for (const privilege of Object.keys(held))
      if (!harmless(privilege, path) && !found.has(privilege)) found.set(privilege, path);
  return [...found].map(([privilege, path]) => `${privilege} on ${path}`).sort();
}
