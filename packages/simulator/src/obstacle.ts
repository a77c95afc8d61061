import type { GuestPlan } from './plan.ts';
import { type GuestState, isOnline, type Migration, type World } from './world.ts';

/** Devices that bind a guest to its node, by configuration key. */
export const localResources = (plan: GuestPlan): string[] =>
  Object.entries(plan.config)
    .filter(
      ([key, value]) => /^(hostpci|usb|serial|parallel)\d+$/.test(key) && !/spice|socket|mapping=/.test(String(value)),
    )
    .map(([key]) => key)
    .sort();

/** Mapped devices of a guest by configuration key, as they are described. */
export const mappedDevices = (world: World, { config }: GuestPlan) =>
  Object.entries(config).flatMap(([key, value]) => {
    const name = /^hostpci\d+$/.test(key) ? /(?:^|,)mapping=([^,]+)/.exec(String(value))?.[1] : undefined;
    if (name === undefined) return [];
    const { nodes = [], live = false } = world.plan.description.mappings.find((known) => known.name === name) ?? {};
    return [{ key, name, nodes, live }];
  });

/** Storages of a guest that a node does not have. */
export const missingStorages = (world: World, plan: GuestPlan, node: string): string[] =>
  [...new Set(plan.disks.map((disk) => disk.storage))].filter((name) => {
    const nodes = world.plan.storages.find((storage) => storage.name === name)?.nodes;
    return nodes !== undefined && !nodes.includes(node);
  });

/** Bridges of a guest that a node does not have. */
const missingBridges = (world: World, { config, type }: GuestPlan, node: string): string[] => {
  const known = world.nodes.get(node)?.plan.bridges ?? [];
  const nets = { net0: `name=eth0,type=${type},bridge=vmbr0`, ...config };
  return Object.entries(nets)
    .filter(([key]) => /^net\d+$/.test(key))
    .flatMap(([, value]) => /(?:^|,)bridge=([^,]+)/.exec(String(value))?.[1] ?? [])
    .filter((name) => !known.includes(name));
};

const PROBLEM = `Problem found while scanning volumes - can't migrate VM - check log`;

/** What of local disks cannot travel along, in Proxmox's words. */
const keptBy = ({ config, disks }: GuestPlan): string | undefined => {
  const iso = Object.values(config).find((value) => /^local:iso\//.test(String(value)));
  if (iso !== undefined) return `can't migrate local disk '${String(iso).split(',')[0]}': local cdrom image`;
  const disk = disks.find((d) => !d.shared);
  return config.parent !== undefined && disk
    ? `can't migrate local disk '${disk.volid}': online storage migration not possible if non-replicated snapshot exists`
    : undefined;
};

/** Why the task gives up before it sends anything, in Proxmox's words; the lines before are log lines. */
export const obstacle = (
  world: World,
  migration: Migration,
  { plan }: GuestState,
): { lines: string[]; reason: string } | undefined => {
  const { target, options, course } = migration;
  if (!isOnline(world, target)) return { lines: [], reason: `Can't connect to destination address using public key` };
  const devices = localResources(plan);
  if (course.kind === 'live' && devices.length > 0)
    return { lines: [], reason: `can't migrate VM which uses local devices: ${devices.join(', ')}` };
  const mapped = mappedDevices(world, plan);
  const bound = mapped.filter(({ live }) => !live).map(({ key }) => key);
  if (course.kind === 'live' && bound.length > 0)
    return {
      lines: [],
      reason: `can't live migrate running VM which uses following mapped devices: ${bound.join(', ')}`,
    };
  const lacking = mapped.filter(({ nodes }) => !nodes.includes(target)).map(({ key }) => key);
  if (lacking.length > 0)
    return { lines: [], reason: `can't migrate to '${target}': missing mapped devices ${lacking.join(', ')}` };
  const missing = missingStorages(world, plan, target).filter((name) => options.storage_map[name] === undefined);
  if (missing[0]) return { lines: [], reason: `storage '${missing[0]}' is not available on node '${target}'` };
  const bridge = course.kind === 'live' ? missingBridges(world, plan, target)[0] : undefined;
  if (bridge !== undefined)
    return {
      lines: [`bridge '${bridge}' does not exist`],
      reason: 'online migrate failure - remote command failed with exit code 255',
    };
  const disk = plan.disks.find((d) => !d.shared);
  const kept = course.kind === 'live' && options.with_local_disks && disk ? keptBy(plan) : undefined;
  if (kept) return { lines: [kept], reason: PROBLEM };
  if (course.kind === 'live' && disk && !options.with_local_disks)
    return {
      lines: [
        `can't migrate local disk '${disk.volid}': can't live migrate attached local disks without with-local-disks option`,
      ],
      reason: PROBLEM,
    };
  const bind =
    plan.type === 'lxc'
      ? Object.entries(plan.config).find(([key, v]) => /^mp\d+$/.test(key) && /^\//.test(String(v)))
      : undefined;
  if (bind) return { lines: [], reason: `cannot migrate local bind mount point '${bind[0]}'` };
  return undefined;
};
