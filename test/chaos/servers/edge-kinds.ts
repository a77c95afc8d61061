import { type ApprovedMigration, type CloudEvent, migrationRefused } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import type { FaultInput } from '@evenkeel/simulator';
import { type Draw, drawLost } from '../one-process/draw.ts';
import { nodes } from './edge-cluster.ts';
import type { Edge, Move } from './open-edge.ts';

/** Something that goes wrong with one move at a time. */
export type Kind = {
  name: string;
  what: string;
  required: number;
  isService: boolean;
  /** Guests that so many moves need: a guest goes to a node only once, and some are no more use afterwards. */
  guests: (moves: number) => number;
  /** Sees to it that it goes wrong, before the approval is told, and says how that is to be. */
  trouble: (draw: Draw, move: Move, edge: Edge, hooks: Hooks) => Partial<ApprovedMigration>;
  /** Whether it came to what was to go wrong. */
  counts: (end: CloudEvent) => boolean;
  /** What must not be, besides what is promised of every migration. */
  check: (end: CloudEvent, migration: ApprovedMigration) => string | null;
  /** Mends what hinders the next move of the guest. */
  mend?: (vmid: number, edge: Edge) => void;
};

/** What is done right before the executor's next question of whether Proxmox would let a guest move is answered. */
export type Hooks = Map<number, () => void>;

/** What was refused was not asked for. */
const isBegun = ({ type }: CloudEvent): boolean => type !== typeOf(migrationRefused);

const unlock = (vmid: number, { cluster: { simulator } }: Edge): void => {
  const held = simulator.inspect().guests.some((guest) => guest.vmid === vmid);
  if (held) simulator.faults.add({ kind: 'by_hand', vmid, does: 'unlock' });
};

const lost: Kind = {
  name: 'lost',
  what: 'time-out after accept: the answer to a start is lost',
  required: 1000,
  isService: false,
  guests: (moves) => Math.ceil(moves / 5) + 8,
  trouble: (draw, { vmid, to }, { cluster }) => {
    cluster.simulator.faults.add({ ...(drawLost(draw, vmid) as object), target: to } as FaultInput);
    return {};
  },
  counts: isBegun,
  check: () => null,
};

/** Seconds for which an approval waits for a lock, where a person has locked its guest. */
const short_s = 90;

const hands: Kind = {
  name: 'hands',
  what: 'a person moves, stops, locks or deletes the guest between decision and start',
  required: 200,
  isService: false,
  guests: (moves) => Math.ceil(1.25 * moves) + 8,
  trouble: (draw, { vmid, from, to }, { cluster: { simulator } }, hooks) => {
    const does = draw.one(['move', 'stop', 'lock', 'delete'] as const);
    const target = draw.one(nodes.filter((node) => node !== from && node !== to));
    const act = () => void simulator.faults.add({ kind: 'by_hand', vmid, does, target });
    if (draw.below(2) === 0) act();
    else hooks.set(vmid, act);
    const now = simulator.now();
    return { expires_at: new Date(now + short_s * 1000).toISOString() };
  },
  counts: () => true,
  check: ({ type, data }, { migration_id }) => {
    if (type !== typeOf(migrationRefused)) return `${migration_id} was not refused`;
    return migrationRefused.data.parse(data).reason === '' ? `${migration_id} was refused without a reason` : null;
  },
  mend: unlock,
};

const ha: Kind = {
  name: 'ha',
  what: 'HA accepts, and then fails or takes minutes',
  required: 200,
  isService: true,
  guests: (moves) => Math.ceil(moves / 5) + 8,
  trouble: (draw, { vmid, to: target }, { cluster }) => {
    const whom = { vmid, target, times: 1 };
    const fault = draw.one<FaultInput>([
      { kind: 'fail', ...whom, at: draw.one(['start', 'transfer', 'switch_over'] as const) },
      { kind: 'fail_after', ...whom },
      { kind: 'killed', ...whom },
      { kind: 'never_converge', ...whom },
      { kind: 'ha_delays', ...whom, delay_s: draw.from(30, 600) },
      { kind: 'ha_ignores', vmid, target },
    ]);
    cluster.simulator.faults.add(fault);
    return {};
  },
  counts: isBegun,
  check: () => null,
  mend: unlock,
};

export const kinds = { lost, hands, ha };
