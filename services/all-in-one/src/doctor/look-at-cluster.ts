import type { ClusterConfig } from '@evenkeel/contracts';
import { createProxmox, type HostLook, httpsTransport, inspectHost, type Proxmox } from '@evenkeel/proxmox';
import { type Answer, inTime } from './in-time.ts';
import type { Permissions } from './rights.ts';

type Asked<Call extends keyof Proxmox> = Answer<Awaited<ReturnType<Extract<Proxmox[Call], (...a: never) => unknown>>>>;

/** What one token sees and may do. */
export type TokenLook = { id: string; accepted: Asked<'version'>; permissions: Answer<Permissions> };

/** All that is asked of a cluster; each answer stands alone. */
export type ClusterLook = {
  status: Asked<'status'>;
  resources: Asked<'resources'>;
  options: Asked<'options'>;
  ha_resources: Asked<'ha_resources'>;
  ha_rules: Asked<'ha_rules'>;
  /** A guest, among those that were looked at, has a device by a mapping. */
  mapped: boolean;
  /** Rules that could not be read. */
  unread_rules: number;
  /** By node that is online. */
  nodes: Map<string, { version: string | undefined; ahead_ms: number | undefined; error: Error | undefined }>;
};

type Trust = { fingerprints: string[]; ca?: string };

/** A token that pveproxy does not know is answered after 3 s. */
const call_ms = 6_000;
const patience_ms = 15_000;

/** A client that only looks. */
export function openLooking({ hosts }: ClusterConfig, trust: Trust, token: string): Proxmox {
  const transport = httpsTransport({ hosts, ...trust, connect_timeout_ms: 3_000 });
  return createProxmox({ transport, token, readOnly: true, timeout_ms: call_ms });
}

/** Each host of the configuration, without a token. */
export const lookAtHosts = ({ hosts }: ClusterConfig, trust: Trust): Promise<HostLook[]> =>
  Promise.all(hosts.map((host) => inspectHost(host, trust, 3_000)));

/** Whether the token is accepted, and what it may do. */
export async function lookAtToken(proxmox: Proxmox, token: string): Promise<TokenLook> {
  const accepted = await inTime(proxmox.version(), patience_ms);
  const permissions = accepted.ok ? await inTime(proxmox.permissions(), patience_ms) : accepted;
  return { id: token.slice(0, token.indexOf('=')), accepted, permissions };
}

/** Everything else, by whichever token is there. */
export async function lookAtCluster(proxmox: Proxmox): Promise<ClusterLook> {
  let unread_rules = 0;
  const ask = <T>(work: Promise<T>): Promise<Answer<T>> => inTime(work, patience_ms);
  const [status, resources, options, ha_resources, ha_rules] = await Promise.all([
    ask(proxmox.status()),
    ask(proxmox.resources()),
    ask(proxmox.options()),
    ask(proxmox.ha_resources()),
    ask(
      proxmox.ha_rules(({ count }) => {
        unread_rules += count;
      }),
    ),
  ]);
  const rows = resources.ok ? resources.value.nodes : [];
  const online = rows.filter(({ status }) => status === 'online').map(({ node }) => node);
  const nodes = new Map(
    await Promise.all(online.map(async (node) => [node, await lookAtNode(proxmox, node)] as const)),
  );
  const mapped = resources.ok && (await hasMappedDevices(proxmox, resources.value.guests));
  return { status, resources, options, ha_resources, ha_rules, mapped, unread_rules, nodes };
}

/** So many configurations are read at most: a look, not a search. */
const mostConfigs = 64;

async function hasMappedDevices(
  proxmox: Proxmox,
  guests: readonly { node: string; vmid: number; type: 'qemu' | 'lxc' }[],
): Promise<boolean> {
  const some = guests.filter(({ type }) => type === 'qemu').slice(0, mostConfigs);
  const read = await Promise.all(some.map((guest) => inTime(proxmox.guest_config(guest), patience_ms)));
  return read.some(
    (config) =>
      config.ok &&
      Object.entries(config.value).some(([key, value]) => /^hostpci\d+$/.test(key) && /(^|,)mapping=/.test(value)),
  );
}

async function lookAtNode(proxmox: Proxmox, node: string) {
  const [status, ahead] = await Promise.all([
    inTime(proxmox.node_status(node), patience_ms),
    inTime(clockAhead(proxmox, node), patience_ms),
  ]);
  return {
    version: status.ok ? status.value.pve_version?.split('/')[1] : undefined,
    ahead_ms: ahead.ok ? ahead.value : undefined,
    error: status.ok ? (ahead.ok ? undefined : ahead.error) : status.error,
  };
}

/** Its clock is told in whole seconds, so half of one is added; the cluster's time is the machine's unless it is simulated. */
async function clockAhead(proxmox: Proxmox, node: string): Promise<number> {
  const asked = proxmox.clock().now;
  const told = await proxmox.node_time(node);
  return told + 500 - (asked + proxmox.clock().now) / 2;
}
