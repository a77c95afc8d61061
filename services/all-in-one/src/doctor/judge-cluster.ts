import { type HaResource, type HaRuleRow, keepsGuestDisks, type Proxmox, type StorageRow } from '@evenkeel/proxmox';
import type { About, Finding } from './finding.ts';

type Status = Awaited<ReturnType<Proxmox['status']>>;
type Options = Awaited<ReturnType<Proxmox['options']>>;

/** Whether the cluster can decide anything, and which of its nodes are away. */
export function judgeStatus(about: About, { quorate, nodes }: Status): Finding[] {
  const away = nodes.filter(({ online }) => !online).map(({ node }) => node);
  const quorum = quorate
    ? about.ok('quorum', `the cluster is quorate, ${nodes.length - away.length} of ${nodes.length} nodes online`)
    : about.problem('quorum', 'the cluster has no quorum: nothing can be migrated', 'on a node: pvecm status');
  if (away.length === 0) return [quorum];
  return [
    quorum,
    about.warning('nodes', `offline: ${away.join(', ')}`, 'pvecm status; they are left alone until then'),
  ];
}

/** Whether this version of Proxmox VE is one that Evenkeel was tried with, and the same everywhere. */
export function judgeVersions(about: About, release: string, byNode: ReadonlyMap<string, string>): Finding[] {
  const [major = 0, minor = 0] = release.split('.').map(Number);
  const found = `Proxmox VE ${release}`;
  const tried =
    major < 8
      ? about.problem('version', found, 'Evenkeel needs 8.0 or newer: upgrade Proxmox VE')
      : (major === 8 && minor < 4) || major > 9 || (major === 9 && minor > 2)
        ? about.warning('version', `${found}; tried are 8.4 and 9.0 to 9.2`, 'watch in mode observe first')
        : about.ok('version', found);
  const versions = [...new Set(byNode.values())];
  if (versions.length < 2) return [tried];
  const nodes = [...byNode].map(([node, version]) => `${node} ${version}`).join(', ');
  return [
    tried,
    about.warning(
      'versions',
      `nodes differ: ${nodes}`,
      'guests may fail to move to an older node: upgrade all of them',
    ),
  ];
}

/** Whether Proxmox itself moves guests, which then are its own. */
export function judgeCrs(about: About, { crs }: Options, resources: readonly HaResource[]): Finding {
  const owned = resources.filter(({ auto_rebalance }) => auto_rebalance).length;
  if (!crs.auto_rebalance || crs.mode === 'basic') return about.ok('CRS', `mode ${crs.mode}, moves nothing by itself`);
  return about.warning(
    'CRS',
    `rebalances by itself (mode ${crs.mode}): Evenkeel leaves ${owned} guests under HA to it`,
    `where Evenkeel should balance them: pvesh set /cluster/options --crs ha=${crs.mode},ha-auto-rebalance=0`,
  );
}

/** HA rules as they were understood; one that was not holds back every guest that it may be about. */
export function judgeHa(
  about: About,
  rules: readonly HaRuleRow[],
  resources: readonly HaResource[],
  unread: number,
): Finding {
  const off = rules.filter(({ disabled }) => disabled).length;
  const found = `${resources.length} guests under HA, ${rules.length} rules${off > 0 ? `, of which ${off} off` : ''}`;
  if (unread === 0) return about.ok('HA rules', found);
  return about.warning(
    'HA rules',
    `${found}; ${unread} could not be read`,
    'pvesh get /cluster/ha/rules --output-format json: see which looks odd, and report it',
  );
}

/** Which storage is shared, how full it is, and where it is missing. */
export function judgeStorage(about: About, rows: readonly StorageRow[], nodes: number): Finding[] {
  const forGuests = rows.filter(keepsGuestDisks);
  const names = (shared: boolean) => [...new Set(forGuests.filter((r) => r.shared === shared).map((r) => r.storage))];
  const [shared, local] = [names(true), names(false)];
  const kinds = `shared: ${shared.join(', ') || 'none'}; local: ${local.join(', ') || 'none'}`;
  const kind =
    shared.length > 0 || nodes < 2
      ? about.ok('storage', kinds)
      : about.warning('storage', kinds, 'every move copies disks, which takes long: shared storage makes moves cheap');
  return [kind, ...judgeSpace(about, forGuests), ...judgeActive(about, forGuests)];
}

function judgeSpace(about: About, rows: readonly StorageRow[]): Finding[] {
  const full = rows.filter(({ disk, maxdisk }) => disk && maxdisk && disk / maxdisk > 0.9);
  const named = new Map(full.map((row) => [row.shared ? row.storage : `${row.storage} on ${row.node}`, row]));
  return [...named].map(([name, { disk = 0, maxdisk = 1 }]) =>
    about.warning(
      `space of ${name}`,
      `${Math.floor((100 * disk) / maxdisk)} % full`,
      'free space, or add some: nothing is moved to where its disks do not fit',
    ),
  );
}

function judgeActive(about: About, rows: readonly StorageRow[]): Finding[] {
  return rows
    .filter(({ active }) => !active)
    .map(({ storage, node }) =>
      about.warning(`storage ${storage}`, `not available on ${node}`, `on ${node}: pvesm status --storage ${storage}`),
    );
}
