import { type Fault, type FaultInput, type FaultKind, faultSchema } from './fault.ts';
import { type ActiveFault, type World, within } from './world.ts';

export type Of<K extends FaultKind> = Extract<Fault, { kind: K }>;

const isOnce = (fault: Fault): boolean =>
  fault.kind === 'by_hand' || (fault.kind === 'figures' && fault.how === 'reset');

/** Adds a fault that counts from now; the number is its handle. Throws where it is not one. */
export const addFault = (world: World, input: FaultInput): number => {
  const fault = faultSchema.parse(input);
  const from = world.now + fault.after_s * 1000;
  const { for_s, times } = isOnce(fault) ? { for_s: undefined, times: 1 } : (fault as Exclude<Fault, Of<'by_hand'>>);
  const to = for_s === undefined ? Number.POSITIVE_INFINITY : from + for_s * 1000;
  const id = ++world.fault_ids;
  world.faults.push({ id, fault, from, to, left: times ?? Number.POSITIVE_INFINITY });
  const guest = fault.kind === 'surge' ? world.guests.get(fault.vmid) : undefined;
  if (fault.kind === 'surge' && guest) guest.surges.push({ from, to, level: fault.level, fault: id });
  return id;
};

export const removeFault = (world: World, id: number): boolean => {
  const before = world.faults.length;
  world.faults = world.faults.filter((held) => held.id !== id);
  for (const guest of world.guests.values())
    for (const surge of guest.surges) if (surge.fault === id) surge.to = Math.min(surge.to, world.now);
  world.shaken = true;
  return world.faults.length < before;
};

const holds = (world: World, held: ActiveFault): boolean =>
  held.from <= world.now && world.now < held.to && held.left > 0;

/** The first fault of this kind that holds now and meets the test. */
export const findFault = <K extends FaultKind>(
  world: World,
  kind: K,
  meets: (fault: Of<K>) => boolean = () => true,
): { fault: Of<K>; held: ActiveFault } | undefined => {
  for (const held of world.faults)
    if (held.fault.kind === kind && holds(world, held) && meets(held.fault as Of<K>))
      return { fault: held.fault as Of<K>, held };
  return undefined;
};

/** As `findFault`, and counts as one stroke of those that strike a number of times. */
export const strike = <K extends FaultKind>(
  world: World,
  kind: K,
  meets?: (fault: Of<K>) => boolean,
): Of<K> | undefined => {
  const found = findFault(world, kind, meets);
  if (found) found.held.left--;
  return found?.fault;
};

type Whom = { vmid?: number | undefined; node?: string | undefined; target?: string | undefined };

/** Whether a fault means this guest on its way from this node to that one. */
export const means = (fault: Whom, { vmid, node, target }: { vmid: number; node: string; target: string }): boolean =>
  (fault.vmid === undefined || fault.vmid === vmid) &&
  (fault.node === undefined || fault.node === node) &&
  (fault.target === undefined || fault.target === target);

const follow = (world: World, spans: { from: number; to: number }[], stopped: boolean): void => {
  const last = spans.at(-1);
  const is = within(spans, world.now);
  if (stopped && !is) spans.push({ from: world.now, to: Number.POSITIVE_INFINITY });
  if (!stopped && is && last) last.to = world.now;
};

/** Nodes fall and rise with their faults. Returns those that changed. */
export const applyStanding = (world: World): { fallen: string[]; risen: string[] } => {
  const changed = { fallen: [] as string[], risen: [] as string[] };
  for (const [name, node] of world.nodes) {
    const was = within(node.down, world.now);
    const down = findFault(world, 'node_down', (fault) => fault.node === name) !== undefined;
    follow(world, node.down, down);
    follow(world, node.silent, findFault(world, 'node_silent', (fault) => fault.node === name) !== undefined);
    if (down && !was) changed.fallen.push(name);
    if (!down && was) changed.risen.push(name);
  }
  return changed;
};

/** When the next fault begins or ends. */
export const nextFaultChange = (world: World): number => {
  let next = Number.POSITIVE_INFINITY;
  for (const { from, to } of world.faults) {
    if (from > world.now && from < next) next = from;
    if (to > world.now && to < next) next = to;
  }
  return next;
};
