import { type Random, random } from '@evenkeel/profiler/testing';

export type CaseNode = { node: string; threads: number; memory: number; maintenance: boolean };
export type CaseGuest = { vmid: number; vcpus: number; cpu: number; mem: number; maxmem: number; tags: string[] };

/** A cluster whose load never changes, where its guests start, and a placement known to obey everything. */
export type Case = {
  seed: number;
  nodes: CaseNode[];
  guests: CaseGuest[];
  start: Record<number, string>;
  feasible: Record<number, string>;
};

const GiB = 2 ** 30;
/** What the known placement loads each node with at most, from light to nearly as much as it may bear: caps are 85 % of CPU and 90 % of memory. */
const fullest = [
  { cpu: 0.5, mem: 0.5, assigned: 0.9 },
  { cpu: 0.7, mem: 0.75, assigned: 0.95 },
  { cpu: 0.78, mem: 0.83, assigned: 0.98 },
];
/** Memory of a node that any start leaves free. */
const startRoom = 0.97;
export const hostBytes = 2 * GiB;

type Sums = Record<string, { cores: number; mem: number; assigned: number }>;

/** Draws nodes, fills each as far as its draw says, lays rules that this placement obeys, and scatters the guests. */
export function drawCase(seed: number): Case {
  const chance = random(seed * 104_729);
  const count = Math.floor(chance.between(2, 7));
  const drained = count > 2 && chance.between(0, 1) < 0.4 ? Math.floor(chance.between(0, count)) : -1;
  const nodes = Array.from({ length: count }, (_, n) => ({
    node: `n${n + 1}`,
    threads: chance.pick([8, 16, 16, 32]),
    memory: chance.pick([32, 64, 128]) * GiB,
    maintenance: n === drained,
  }));
  const guests: CaseGuest[] = [];
  const feasible: Record<number, string> = {};
  const most = chance.pick(fullest);
  for (const node of nodes) if (!node.maintenance) fill(node, most, chance, guests, feasible);
  layRules(chance, guests, feasible);
  return { seed, nodes, guests, feasible, start: scatter(chance, nodes, guests) };
}

function fill(
  node: CaseNode,
  most: (typeof fullest)[number],
  chance: Random,
  guests: CaseGuest[],
  feasible: Record<number, string>,
): void {
  const share = chance.between(0.5, 1);
  const room = {
    cores: node.threads * share * most.cpu,
    mem: node.memory * share * most.mem - hostBytes,
    assigned: node.memory * most.assigned,
  };
  for (let tries = 0; tries < 25 && guests.length < 60; tries++) {
    const vcpus = chance.pick([1, 2, 4, 8]);
    const cpu = chance.between(0.02, 0.9);
    const maxmem = chance.pick([1, 2, 4, 8, 16]) * GiB;
    const mem = maxmem * chance.between(0.2, 0.9);
    if (cpu * vcpus > room.cores || mem > room.mem || maxmem > room.assigned) continue;
    room.cores -= cpu * vcpus;
    room.mem -= mem;
    room.assigned -= maxmem;
    const vmid = 101 + guests.length;
    guests.push({ vmid, vcpus, cpu, mem, maxmem, tags: [] });
    feasible[vmid] = node.node;
  }
}

/** Pins, guests that belong together, and guests that are to be apart, as the known placement has them. */
function layRules(chance: Random, guests: CaseGuest[], feasible: Record<number, string>): void {
  const shuffled = guests.map((guest) => ({ guest, at: chance.between(0, 1) })).sort((a, b) => a.at - b.at);
  const free = shuffled.map(({ guest }) => guest);
  const take = (wanted: (guest: CaseGuest) => boolean, most: number): CaseGuest[] => {
    const found = free.filter(wanted).slice(0, most);
    for (const guest of found) free.splice(free.indexOf(guest), 1);
    return found;
  };
  const lay = (group: CaseGuest[], tag: string) => {
    for (const guest of group) guest.tags.push(tag);
  };
  for (let rule = 0; rule < chance.between(0, 4); rule++) {
    const first = free[0];
    if (!first) return;
    const kind = chance.pick(['pin', 'together', 'apart']);
    if (kind === 'pin')
      lay(
        take((g) => g === first, 1),
        `plb_pin_${feasible[first.vmid]}`,
      );
    if (kind === 'together')
      lay(
        take((g) => feasible[g.vmid] === feasible[first.vmid], 2),
        `plb_affinity_${rule}`,
      );
    if (kind === 'apart') {
      const nodes = new Set<string>();
      const fresh = (g: CaseGuest) => !nodes.has(feasible[g.vmid]!) && nodes.add(feasible[g.vmid]!) !== undefined;
      lay(take(fresh, 4), `plb_anti_affinity_${rule}`);
    }
  }
}

/** Each guest on any node whose memory holds it, half of the time on one of two: whatever rules and CPU say. */
function scatter(chance: Random, nodes: CaseNode[], guests: CaseGuest[]): Record<number, string> {
  const narrow = chance.pick([true, false]);
  const sums: Sums = Object.fromEntries(nodes.map(({ node }) => [node, { cores: 0, mem: hostBytes, assigned: 0 }]));
  const start: Record<number, string> = {};
  for (const { vmid, mem } of guests) {
    const holds = ({ node, memory }: CaseNode) => sums[node]!.mem + mem <= startRoom * memory;
    const wanted = narrow ? nodes.slice(0, 2).filter(holds) : [];
    const open = wanted.length > 0 ? wanted : nodes.filter(holds);
    const { node } = chance.pick(open.length > 0 ? open : nodes);
    sums[node]!.mem += mem;
    start[vmid] = node;
  }
  return start;
}
