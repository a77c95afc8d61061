import type { ApprovedMigration, ClusterSample, Config, GuestSample, NodeSample } from '@evenkeel/contracts';
import { capacityOf, iso, type MigrationCost, migrationCost, millis, occupiedBytes } from '@evenkeel/model';
import type { Moved } from './measure.ts';

/** A move that runs, or ran: when it began and ends, epoch milliseconds, and what it sends. */
export type WorldMove = {
  migration: ApprovedMigration;
  began: number;
  ends: number;
  bytes: number;
  downtime_seconds: number;
};

/** Load of a node: what is asked of it as a share of what it can do, and what it cannot serve, in cores. */
export type NodeLoad = { node: string; demand: number; capacity: number };

/** A recorded cluster with guests on other nodes than they were. */
export type World = {
  /** Takes up what was recorded next: loads are those of the recording, places stay as they are here. The moves whose guest is gone end with it. */
  take: (recorded: ClusterSample) => WorldMove[];
  /** Puts the guests where they were recorded, and says which of them that moves. */
  follow: (recorded: ClusterSample) => Moved[];
  /** What a collector would have seen: nodes as busy as the guests that are on them make them, and no busier than they can be. */
  look: (config_revision: string, sequence: number) => ClusterSample;
  /** False where its guest is gone, and nothing begins. */
  begin: (migration: ApprovedMigration, now: number) => boolean;
  /** The move that ends first, where one ends until then; the guest is on its new node after that. */
  endFirst: (until: number) => WorldMove | undefined;
  /** When the next move ends, epoch milliseconds; infinite where none runs. */
  nextEnd: () => number;
  loads: () => NodeLoad[];
  /** Cores that a guest asks for, 0 where it does not run, and the node that it is on; undefined where it is gone. */
  guest: (guest: string) => { cores: number; node: string } | undefined;
  /** Cores that guests lose because they are moving. */
  degraded: () => number;
};

/** Share of its CPU that a guest loses while it moves (Beloglazov and Buyya 2012). */
const degradation = 0.1;

type Own = { cores: number; mem: number };

const coresOf = (guest: GuestSample, speed: number): number => guest.cpu * guest.maxcpu * speed;

/** What the nodes use beyond their guests: it stays where it is. */
function hostsOf({ nodes, guests }: ClusterSample): Map<string, Own> {
  const own = new Map(nodes.map((n) => [n.node, { cores: n.cpu * capacityOf(n), mem: n.mem, speed: n.speed_factor }]));
  for (const guest of guests) {
    const host = own.get(guest.node);
    if (!host || guest.status !== 'running' || guest.template) continue;
    host.cores -= coresOf(guest, host.speed);
    host.mem -= occupiedBytes(guest);
  }
  return new Map(
    [...own].map(([node, { cores, mem }]) => [node, { cores: Math.max(0, cores), mem: Math.max(0, mem) }]),
  );
}

/** A world that starts as recorded; every configuration is charged for its moves by the same cost model. */
export function createWorld(cost_model: Config['cost_model']): World {
  const placed = new Map<string, string>();
  const moving = new Map<string, WorldMove>();
  let recorded: ClusterSample | undefined;
  let nodes = new Map<string, NodeSample>();
  let own = new Map<string, Own>();
  let guests = new Map<string, GuestSample>();

  const speedOf = (node: string): number => nodes.get(node)?.speed_factor ?? 1;
  const isThere = (node: string | undefined): boolean => node !== undefined && nodes.get(node)?.status === 'online';
  const load = (guest: GuestSample): number => coresOf(guest, speedOf(guest.node));
  const costOf = (guest: GuestSample, target: string): MigrationCost =>
    migrationCost(guest, cost_model, { limit: recorded?.migration_limit, target });
  /** On another node a guest is as busy as that is slower, up to all of its vCPUs. */
  const busyOn = (guest: GuestSample, node: string): number =>
    node === guest.node
      ? guest.cpu
      : Math.min(Math.max(1, guest.cpu), (guest.cpu * speedOf(guest.node)) / speedOf(node));

  const take = (sample: ClusterSample): WorldMove[] => {
    recorded = sample;
    nodes = new Map(sample.nodes.map((n) => [n.node, n]));
    guests = new Map(sample.guests.filter((g) => !g.template).map((g) => [g.guest as string, g]));
    own = hostsOf(sample);
    for (const guest of guests.values()) if (!isThere(placed.get(guest.guest))) placed.set(guest.guest, guest.node);
    for (const id of [...placed.keys()]) if (!guests.has(id)) placed.delete(id);
    const died = inOrder().filter(({ migration }) => !guests.has(migration.guest));
    for (const { migration } of died) moving.delete(migration.guest);
    return died;
  };

  const running = (): GuestSample[] => [...guests.values()].filter((g) => g.status === 'running');

  /** Cores asked of each node and bytes used on it, the load of moves included on both of theirs. */
  const sums = (): Map<string, Own> => {
    const all = new Map([...own].map(([node, host]) => [node, { ...host }]));
    for (const guest of running()) {
      const here = all.get(placed.get(guest.guest)!);
      if (!here) continue;
      here.cores += load(guest);
      here.mem += occupiedBytes(guest);
    }
    for (const { migration } of moving.values())
      for (const node of [migration.source_node, migration.target_node]) {
        const [at, guest] = [all.get(node), guests.get(migration.guest)];
        if (at && guest) at.cores += degradation * load(guest);
      }
    return all;
  };

  /** Nodes on which others run, or move, than did when it was recorded; all the rest were read as they are. */
  const changedNodes = (): Set<string> =>
    new Set([
      ...running().flatMap(({ guest, node }) => (placed.get(guest) === node ? [] : [node, placed.get(guest)!])),
      ...[...moving.values()].flatMap(({ migration: { source_node, target_node } }) => [source_node, target_node]),
    ]);

  const look = (config_revision: string, sequence: number): ClusterSample => {
    const sample = recorded!;
    const used = sums();
    const changed = changedNodes();
    const served = new Map(
      sample.nodes.map((n) => [n.node, Math.min(1, capacityOf(n) / Math.max(1e-9, used.get(n.node)!.cores))]),
    );
    return {
      ...sample,
      config_revision,
      sequence,
      nodes: sample.nodes.map((n) =>
        changed.has(n.node) || n.cpu > 1 ? seen(n, used.get(n.node)!, served.get(n.node)!) : n,
      ),
      guests: sample.guests.map((g) => {
        const { lock, ...rest } = g;
        const node = placed.get(g.guest) ?? g.node;
        const kept = lock === undefined || lock === 'migrate' ? rest : g;
        return { ...kept, node, cpu: g.status === 'running' ? busyOn(g, node) * (served.get(node) ?? 1) : g.cpu };
      }),
      running_migrations: [...moving.values()].map(({ migration: m, began }) => ({
        guest: m.guest,
        source: m.source_node,
        target: m.target_node,
        started_at: iso(began),
      })),
    };
  };

  const inOrder = (): WorldMove[] =>
    [...moving.values()].sort((a, b) => a.ends - b.ends || (a.migration.guest < b.migration.guest ? -1 : 1));
  const first = (): WorldMove | undefined => inOrder()[0];

  const follow = (sample: ClusterSample): Moved[] =>
    sample.guests.flatMap((guest) => {
      const source = placed.get(guest.guest);
      if (source === undefined || source === guest.node) return [];
      placed.set(guest.guest, guest.node);
      const { bytes } = costOf(guests.get(guest.guest) ?? guest, guest.node);
      return [{ guest: guest.guest, source, target: guest.node, at: millis(sample.at), bytes }];
    });

  return {
    take,
    follow,
    look,
    begin: (migration, now) => {
      const guest = guests.get(migration.guest);
      if (!guest) return false;
      const cost = costOf(guest, migration.target_node);
      moving.set(migration.guest, {
        migration,
        began: now,
        ends: now + Math.max(1, Math.round(cost.duration_seconds.expected * 1000)),
        bytes: cost.bytes,
        downtime_seconds: cost.downtime_seconds.expected,
      });
      return true;
    },
    endFirst: (until) => {
      const next = first();
      if (!next || next.ends > until) return undefined;
      moving.delete(next.migration.guest);
      placed.set(next.migration.guest, next.migration.target_node);
      return next;
    },
    nextEnd: () => first()?.ends ?? Number.POSITIVE_INFINITY,
    loads: () => {
      const used = sums();
      return [...nodes.values()]
        .filter((n) => n.status === 'online')
        .map((n) => ({ node: n.node, demand: used.get(n.node)!.cores, capacity: capacityOf(n) }));
    },
    guest: (id) => {
      const guest = guests.get(id);
      const node = placed.get(id);
      if (!guest || node === undefined) return undefined;
      return { cores: guest.status === 'running' ? load(guest) : 0, node };
    },
    degraded: () =>
      [...moving.keys()].reduce((sum, id) => sum + degradation * (guests.has(id) ? load(guests.get(id)!) : 0), 0),
  };
}

/** A node as it would have been read; pressure is what it could not serve, where guests are elsewhere than recorded. */
function seen(node: NodeSample, used: Own, served: number): NodeSample {
  if (node.status !== 'online') return node;
  const cpu = Math.min(1, used.cores / capacityOf(node));
  const full = served < 1 ? { pressure: { ...node.pressure, cpu_some: 100 * (1 - served) } } : {};
  return { ...node, cpu, mem: Math.min(node.maxmem, used.mem), ...full };
}
