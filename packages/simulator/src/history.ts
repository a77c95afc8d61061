import { evaluateNode, type NodeLoad } from './evaluate.ts';
import { rateAt } from './published.ts';
import { DAY, GIB, HOUR, MINUTE } from './units.ts';
import { type GuestState, type NodeState, segmentAt, type World, wantedShare } from './world.ts';

export type Timeframe = 'hour' | 'day' | 'week' | 'month' | 'year';
type Grid = { step: number; rows: number; samples: number };
export type HistoryPoint = Record<string, number>;

const GRIDS: Record<8 | 9, Record<Timeframe, Grid>> = {
  9: {
    hour: { step: MINUTE, rows: 60, samples: 3 },
    day: { step: MINUTE, rows: 1440, samples: 2 },
    week: { step: 30 * MINUTE, rows: 336, samples: 3 },
    month: { step: 30 * MINUTE, rows: 1440, samples: 3 },
    year: { step: 6 * HOUR, rows: 1440, samples: 3 },
  },
  8: {
    hour: { step: MINUTE, rows: 70, samples: 3 },
    day: { step: 30 * MINUTE, rows: 70, samples: 6 },
    week: { step: 3 * HOUR, rows: 70, samples: 12 },
    month: { step: 12 * HOUR, rows: 70, samples: 12 },
    year: { step: 7 * DAY, rows: 70, samples: 12 },
  },
};

type Fold = (values: number[]) => number;
export const mean: Fold = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
export const highest: Fold = (values) => Math.max(...values);

/** The buckets of a timeframe that are complete, oldest first: the start of each and the moments that stand for it. */
const bucketsOf = (world: World, timeframe: Timeframe): { time: number; moments: number[] }[] => {
  const { step, rows, samples } = GRIDS[world.plan.major][timeframe];
  const end = Math.floor(world.now / step) * step;
  return Array.from({ length: rows }, (_, index) => {
    const time = end - (rows - index) * step;
    return { time, moments: Array.from({ length: samples }, (_, n) => time + ((n + 0.5) * step) / samples) };
  });
};

/** Loads of nodes at past moments, kept because the histories of all guests of a node ask for the same ones. */
export const createPast = (world: World) => {
  const ratios = new Map<string, number>();
  return {
    node: (node: NodeState, at: number): NodeLoad => evaluateNode(world, node, at),
    /** Which part of their demand the guests of a node get. */
    served: (node: NodeState, at: number): number => {
      const key = `${node.plan.name}/${at}`;
      const held = ratios.get(key);
      if (held !== undefined) return held;
      if (ratios.size > 100_000) ratios.clear();
      const ratio = Math.min(1, node.plan.threads / Math.max(1e-9, evaluateNode(world, node, at).demand));
      ratios.set(key, ratio);
      return ratio;
    },
  };
};
export type Past = ReturnType<typeof createPast>;

const fold = (points: HistoryPoint[], how: Fold): HistoryPoint => {
  const out: HistoryPoint = {};
  for (const key of Object.keys(points[0] ?? {})) out[key] = how(points.map((point) => point[key] as number));
  return out;
};

const nodePoint = (world: World, node: NodeState, load: NodeLoad): HistoryPoint => {
  const { plan } = node;
  const point = {
    maxcpu: plan.threads,
    cpu: load.cpu,
    iowait: load.iowait,
    loadavg: load.demand + 0.2,
    memtotal: plan.memory,
    memused: load.mem,
    swaptotal: 0,
    swapused: 0,
    roottotal: 94 * GIB,
    rootused: 19 * GIB,
    netin: 20_000 * (1 + load.demand),
    netout: 25_000 * (1 + load.demand),
  };
  if (world.plan.major === 8) return point;
  return {
    ...point,
    memavailable: plan.memory - load.mem,
    arcsize: 0,
    pressurecpusome: load.pressure_cpu,
    pressureiosome: load.pressure_io,
    pressureiofull: load.pressure_io * 0.7,
    pressurememorysome: load.pressure_memory,
    pressurememoryfull: load.pressure_memory * 0.6,
  };
};

/** A node's past; a bucket in which it was down has its time and no more. */
export const nodeHistory = (
  world: World,
  past: Past,
  node: NodeState,
  timeframe: Timeframe,
  how: Fold,
): HistoryPoint[] =>
  bucketsOf(world, timeframe).map(({ time, moments }) => {
    const up = moments.filter((at) => !node.down.some((span) => span.from <= at && at < span.to));
    return {
      time: time / 1000,
      ...fold(
        up.map((at) => nodePoint(world, node, past.node(node, at))),
        how,
      ),
    };
  });

const guestPoint = (world: World, past: Past, guest: GuestState, at: number): HistoryPoint => {
  const { plan } = guest;
  const node = world.nodes.get(segmentAt(guest, at).node) as NodeState;
  const served = past.served(node, at);
  const mem = plan.memory_used(at);
  const point = {
    maxcpu: Math.min(plan.vcpus, node.plan.threads),
    cpu:
      plan.status === 'paused'
        ? 0
        : (wantedShare(guest, at) * plan.vcpus * served) / Math.min(plan.vcpus, node.plan.threads),
    maxmem: plan.memory,
    mem,
    maxdisk: plan.disks[0]?.bytes ?? 0,
    disk: plan.type === 'lxc' ? (plan.disks[0]?.bytes ?? 0) * 0.4 : 0,
    netin: rateAt(plan, 'netin', at),
    netout: rateAt(plan, 'netout', at),
    diskread: rateAt(plan, 'diskread', at),
    diskwrite: rateAt(plan, 'diskwrite', at),
  };
  if (world.plan.major === 8) return point;
  const stalled = 100 * (1 - served);
  return {
    ...point,
    memhost: plan.type === 'lxc' ? mem : Math.min(plan.memory * 1.02, mem * 1.06 + 96 * 1024 ** 2),
    pressurecpusome: stalled,
    pressurecpufull: stalled * 0.5,
    pressureiosome: 0,
    pressureiofull: 0,
    pressurememorysome: 0,
    pressurememoryfull: 0,
  };
};

/** A guest's past on whatever nodes it ran; where it stood still only its sizes are known, before it was made nothing is. */
export const guestHistory = (
  world: World,
  past: Past,
  guest: GuestState,
  timeframe: Timeframe,
  how: Fold,
): HistoryPoint[] =>
  bucketsOf(world, timeframe)
    .filter(({ time }) => time >= guest.plan.booted)
    .map(({ time, moments }) => {
      const running = moments.filter((at) => segmentAt(guest, at).running);
      const { plan } = guest;
      const still = { maxcpu: plan.vcpus, maxmem: plan.memory, disk: 0, maxdisk: plan.disks[0]?.bytes ?? 0 };
      const rest =
        running.length > 0
          ? fold(
              running.map((at) => guestPoint(world, past, guest, at)),
              how,
            )
          : still;
      return { time: time / 1000, ...rest };
    });
