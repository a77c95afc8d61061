import { type ClusterConfig, type Config, configFor } from '@evenkeel/contracts';
import { missingToken, readCa, type Settings, tokenOf } from '@evenkeel/runtime';
import { type About, type Finding, findingsAbout } from './finding.ts';
import type { Answer } from './in-time.ts';
import { judgeClock } from './judge-clock.ts';
import { judgeCrs, judgeHa, judgeStatus, judgeStorage, judgeVersions } from './judge-cluster.ts';
import { judgeLeftovers, judgeStorageMap } from './judge-disks.ts';
import { judgeHost } from './judge-host.ts';
import { judgeRights, type Right } from './judge-rights.ts';
import type { Identity } from './judge-twins.ts';
import {
  type ClusterLook,
  lookAtCluster,
  lookAtHosts,
  lookAtToken,
  openLooking,
  type TokenLook,
} from './look-at-cluster.ts';
import { type LeftoversLook, lookForLeftovers } from './look-for-leftovers.ts';
import type { Wants } from './rights.ts';

type Tokens = Record<Right, string | undefined>;

/** What was found, and who the cluster is where it said so. */
export type Checked = { findings: Finding[]; identity?: Identity };

/** A cluster: its hosts, both tokens with each of their rights, and what Evenkeel will find there. */
export async function checkCluster(cluster: ClusterConfig, all: Config, settings: Settings): Promise<Checked> {
  const config = configFor(all, cluster.name);
  const about = findingsAbout(`cluster ${cluster.name}`);
  const files = readFiles(about, cluster, settings);
  const { tokens, findings } = files;
  const trust = { fingerprints: cluster.fingerprints, ...(files.ca === undefined ? {} : { ca: files.ca }) };
  const hosts = (await lookAtHosts(cluster, trust)).flatMap((look) => judgeHost(about, look, Date.now()));
  const missing = judgeTokens(about, cluster, tokens, config);
  const token = tokens.read ?? tokens.write;
  const isThere = hosts.some(({ level }) => level !== 'problem');
  if (token === undefined || !isThere) return { findings: [...findings, ...hosts, ...missing] };
  const looks = await lookWith(cluster, trust, tokens, token);
  const status = looks.cluster?.status;
  return {
    findings: [...findings, ...hosts, ...missing, ...judgeAll(about, looks, config)],
    ...(status?.ok ? { identity: { cluster: cluster.name, status: status.value } } : {}),
  };
}

type Looks = {
  cluster: ClusterLook | null;
  tokens: Partial<Record<Right, TokenLook>>;
  leftovers: LeftoversLook | null;
};

async function lookWith(
  cluster: ClusterConfig,
  trust: { fingerprints: string[]; ca?: string },
  tokens: Tokens,
  token: string,
): Promise<Looks> {
  const looks: Looks = { cluster: null, tokens: {}, leftovers: null };
  for (const right of ['read', 'write'] as const) {
    const own = tokens[right];
    if (own === undefined) continue;
    const proxmox = openLooking(cluster, trust, own);
    looks.tokens[right] = await lookAtToken(proxmox, own);
    if (own === token && looks.tokens[right].accepted.ok) looks.cluster ??= await lookAtCluster(proxmox);
    if (looks.tokens[right].accepted.ok && !looks.leftovers?.seen)
      looks.leftovers = (await lookForLeftovers(proxmox, looks.cluster?.resources)) ?? looks.leftovers;
    await proxmox.close();
  }
  return looks;
}

/** What this configuration asks of the token that writes, under the version that answers it. */
function wantsOf(
  { migration_checks, automated_migrations }: Config,
  { accepted }: TokenLook,
  there: string[],
  { mappings, ha }: { mappings: boolean; ha: boolean },
): Wants {
  const named = Object.values(automated_migrations.rules.storage_map).flat();
  const major = accepted.ok ? Number.parseInt(accepted.value.release || accepted.value.version, 10) : 0;
  return {
    ...(migration_checks.guest_agent && major > 0 ? { agent: agentPrivilege(major) } : {}),
    mappings,
    ha,
    storages: [...new Set(named)].filter((storage) => there.includes(storage)).sort(),
  };
}

/** PVE 9 has no VM.Monitor any more, and a privilege of its own for this. */
const agentPrivilege = (major: number) => (major >= 9 ? 'VM.GuestAgent.Audit' : 'VM.Monitor');

function judgeAll(about: About, { cluster, tokens, leftovers }: Looks, config: Config): Finding[] {
  const resources = cluster?.resources.ok ? cluster.resources.value : { nodes: [], guests: [], storages: [] };
  const places = {
    nodes: resources.nodes.map(({ node }) => node),
    vmids: resources.guests.map(({ vmid }) => vmid),
    storages: [...new Set(resources.storages.map(({ storage }) => storage))],
  };
  const ha = cluster?.ha_resources.ok ? cluster.ha_resources.value.length > 0 : false;
  const asked = { mappings: cluster?.mapped ?? false, ha };
  const rights = (['read', 'write'] as const).flatMap((right) => {
    const look = tokens[right];
    if (!look) return [];
    if (!look.accepted.ok) return [refused(about, right, look.id, look.accepted.error)];
    return unless(about, `rights of the ${right} token`, look.permissions, (held) =>
      judgeRights(about, { right, id: look.id, wants: wantsOf(config, look, places.storages, asked) }, held, places),
    );
  });
  if (!cluster) return rights;
  return [
    ...rights,
    ...judgeLook(about, cluster, tokens),
    ...judgeStorageMap(about, config.automated_migrations.rules.storage_map, resources.storages),
    ...(leftovers ? [judgeLeftovers(about, leftovers)] : []),
  ];
}

function judgeLook(about: About, look: ClusterLook, tokens: Looks['tokens']): Finding[] {
  const { status, resources, options, ha_resources, ha_rules, nodes } = look;
  const under = ha_resources.ok ? ha_resources.value : [];
  const version = tokens.read?.accepted.ok ? tokens.read.accepted : tokens.write?.accepted;
  const byNode = new Map([...nodes].flatMap(([node, { version: v }]) => (v === undefined ? [] : [[node, v] as const])));
  return [
    ...unless(about, 'quorum', status, (value) => judgeStatus(about, value)),
    ...(version?.ok ? judgeVersions(about, version.value.release || version.value.version, byNode) : []),
    ...unless(about, 'CRS', options, (value) => [judgeCrs(about, value, under)]),
    ...unless(about, 'HA', ha_resources, () => []),
    ...unless(about, 'HA rules', ha_rules, (value) => [judgeHa(about, value, under, look.unread_rules)]),
    ...unless(about, 'storage', resources, ({ storages }) => judgeStorage(about, storages, nodes.size)),
    ...[...nodes].flatMap(([node, { ahead_ms, error }]) => [
      ...(ahead_ms === undefined ? [] : [judgeClock(about, node, ahead_ms)]),
      ...(error
        ? [about.problem(`node ${node}`, error.message, `on ${node}: systemctl status pveproxy pvedaemon`)]
        : []),
    ]),
  ];
}

/** What could not be asked is a problem of its own, and stops no other check. */
const unless = <T>(about: About, check: string, answer: Answer<T>, judge: (value: T) => Finding[]): Finding[] =>
  answer.ok
    ? judge(answer.value)
    : [about.problem(check, `could not be read: ${answer.error.message}`, 'see the findings about hosts and rights')];

function refused(about: About, right: Right, id: string, error: Error): Finding {
  const [user = '', name = ''] = id.split('!');
  return about.problem(
    `${right} token`,
    `${id}: ${error.message}`,
    `pveum user token list '${user}'; a lost secret cannot be seen again: pveum user token remove '${user}' '${name}' && pveum user token add '${user}' '${name}' --privsep 1, then its rights and EVENKEEL_PVE_${right.toUpperCase()}_TOKEN(_FILE) anew`,
  );
}

/** Whether both tokens are there and two. */
function judgeTokens(about: About, cluster: ClusterConfig, { read, write }: Tokens, config: Config): Finding[] {
  const lacks = (right: Right, found: string, isProblem: boolean): Finding =>
    (isProblem ? about.problem : about.warning)(`${right} token`, found, missingToken(cluster, right));
  const { enabled, dry_run } = config.automated_migrations;
  const acts = (config.mode === 'auto' || config.mode === 'approve') && enabled && !dry_run;
  const none = acts
    ? 'there is none here: nothing can be moved from here'
    : 'there is none here: it can look, not move';
  return [
    ...(read === undefined ? [lacks('read', 'there is none here: the collector cannot run here', !write)] : []),
    ...(write === undefined ? [lacks('write', none, false)] : []),
    ...(read !== undefined && read === write
      ? [
          about.warning(
            'tokens',
            'the same token reads and writes: whoever gets hold of the collector can migrate guests',
            'make one for each, as the README says: only the executor needs the one that writes',
          ),
        ]
      : []),
  ];
}

/** Tokens and the CA certificate; what cannot be read is a finding. */
function readFiles(about: About, cluster: ClusterConfig, settings: Settings) {
  const findings: Finding[] = [];
  const attempt = <T>(check: string, read: () => T | undefined): T | undefined => {
    try {
      return read();
    } catch (error) {
      findings.push(about.problem(check, (error as Error).message, 'ls -l that file: it must be there, and readable'));
      return undefined;
    }
  };
  const tokens: Tokens = {
    read: attempt('read token', () => tokenOf(cluster, 'read', settings)),
    write: attempt('write token', () => tokenOf(cluster, 'write', settings)),
  };
  return { tokens, ca: attempt('CA certificate', () => readCa(cluster, settings)), findings };
}
