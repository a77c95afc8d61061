import type { NodeLoad, World } from './world.ts';

/** What a configuration came to over the recorded time. */
export type Measured = {
  moves: number;
  /** Moves back to a node that the guest had left within six hours. */
  ping_pong: number;
  /** Moves after which, for an hour, the target was busier with the guest than the source would have been. */
  regrets: number;
  /** Moves that were seen long enough to say so. */
  regret_known: number;
  gib_moved: number;
  /** Share of the time of nodes with demand of 85 % of their cores and more. */
  over_85: number;
  /** Share of the CPU that was asked for and not served, or lost to moving. */
  lost: number;
  /** Highest demand of a node, share of its cores. */
  highest: number;
  /** Standard deviation of the nodes' demand, mean over time, points. */
  spread: number;
};

const busy = 0.85;
const watchMs = 3_600_000;
const pingPongMs = 6 * 3_600_000;

type Watch = {
  guest: string;
  source: string;
  target: string;
  until: number;
  seconds: number;
  stayed: number;
  moved: number;
};

/** A guest that has come to another node, at epoch milliseconds. */
export type Moved = { guest: string; source: string; target: string; at: number; bytes: number };

/** Adds up what a world does over time. */
export function createMeter(world: World) {
  const sums = { nodeSeconds: 0, busySeconds: 0, asked: 0, lost: 0, spread: 0, seconds: 0, bytes: 0 };
  const left = new Map<string, { node: string; at: number }[]>();
  let watched: Watch[] = [];
  let [moves, pingPong, regrets, known, highest] = [0, 0, 0, 0, 0];

  const close = (watch: Watch): void => {
    if (watch.seconds === 0) return;
    known++;
    if (watch.moved > watch.stayed) regrets++;
  };

  const follow = (loads: ReadonlyMap<string, NodeLoad>, from: number, seconds: number): void => {
    watched = watched.filter((watch) => {
      const guest = world.guest(watch.guest);
      const [source, target] = [loads.get(watch.source), loads.get(watch.target)];
      if (from >= watch.until || !guest || guest.node !== watch.target || !source || !target) {
        close(watch);
        return false;
      }
      if (guest.cores === 0) return true;
      watch.seconds += seconds;
      watch.moved += (seconds * target.demand) / target.capacity;
      watch.stayed += (seconds * (source.demand + guest.cores)) / source.capacity;
      return true;
    });
  };

  return {
    /** The world as it is, for so long. */
    pass: (from: number, to: number): void => {
      const seconds = (to - from) / 1000;
      if (seconds <= 0) return;
      const loads = world.loads();
      const shares = loads.map((l) => l.demand / l.capacity);
      const mean = shares.reduce((a, b) => a + b, 0) / Math.max(1, shares.length);
      sums.seconds += seconds;
      sums.nodeSeconds += seconds * loads.length;
      sums.busySeconds += seconds * shares.filter((s) => s >= busy).length;
      sums.spread += seconds * Math.sqrt(shares.reduce((a, s) => a + (s - mean) ** 2, 0) / Math.max(1, shares.length));
      for (const { demand, capacity } of loads) {
        sums.asked += seconds * demand;
        sums.lost += seconds * Math.max(0, demand - capacity);
      }
      sums.lost += seconds * world.degraded();
      highest = Math.max(highest, ...shares);
      follow(new Map(loads.map((l) => [l.node, l])), from, seconds);
    },
    /** A move that has ended. */
    move: ({ guest, source, target, at, bytes }: Moved): void => {
      moves++;
      sums.bytes += bytes;
      const past = left.get(guest) ?? [];
      if (past.some((p) => p.node === target && at - p.at <= pingPongMs)) pingPong++;
      left.set(guest, [...past, { node: source, at }]);
      watched = watched.filter((watch) => {
        if (watch.guest === guest) close(watch);
        return watch.guest !== guest;
      });
      watched.push({ guest, source, target, until: at + watchMs, seconds: 0, stayed: 0, moved: 0 });
    },
    moves: (): number => moves,
    result: (): Measured => {
      for (const watch of watched) close(watch);
      watched = [];
      return {
        moves,
        ping_pong: pingPong,
        regrets,
        regret_known: known,
        gib_moved: sums.bytes / 2 ** 30,
        over_85: sums.busySeconds / Math.max(1, sums.nodeSeconds),
        lost: sums.lost / Math.max(1e-9, sums.asked),
        highest,
        spread: (100 * sums.spread) / Math.max(1, sums.seconds),
      };
    },
  };
}
export type Meter = ReturnType<typeof createMeter>;
