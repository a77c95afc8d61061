import type { ClusterClock } from './port.ts';

/** The machine's time: `now` is wall time (epoch ms), `monotonic` never steps back (ms), `sleep` waits. */
export type Machine = { now: () => number; monotonic: () => number; sleep: (ms: number) => Promise<void> };

type Anchor = { time: number; speed: number; read_at: number };

/** Steps back of up to so many real milliseconds come from answers that overtook each other, not from a new simulation. */
const jitter_ms = 5_000;

/** Real time, unless answers carry a simulator's time and speed: then that time, run on between answers. */
export function createClusterClock(machine: Pick<Machine, 'now' | 'monotonic'>) {
  let anchor: Anchor | undefined;
  let latest = Number.NEGATIVE_INFINITY;

  const read = (): ClusterClock => {
    if (!anchor) return { now: machine.now(), scale: 1 };
    const now = Math.round(anchor.time + (machine.monotonic() - anchor.read_at) * anchor.speed);
    const steppedBack = latest - now;
    latest = steppedBack > 0 && steppedBack <= jitter_ms * Math.max(1, anchor.speed) ? latest : now;
    return { now: latest, scale: anchor.speed, own: true };
  };

  const observe = (headers: Record<string, string>): void => {
    const time = Number.parseFloat(headers['x-simulator-time'] ?? '');
    if (!Number.isFinite(time) || Math.abs(time) > 8.64e15) return;
    const speed = Number.parseFloat(headers['x-simulator-speed'] ?? '1');
    anchor = { time, speed: Number.isFinite(speed) && speed >= 0 ? speed : 1, read_at: machine.monotonic() };
  };

  return { read, observe };
}
