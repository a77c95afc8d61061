import { asTroubles, type Draw, drawAnyApprovals, drawFate, drawFrom } from './draw.ts';
import { patience } from './replica.ts';
import type { Trial, Trouble } from './trial.ts';

/** How often each point was passed in the undisturbed trial of the seed. */
export type Seen = Map<string, number>;

/** Twice as long as an intent is left alone. */
export const twice_the_lease_s = (2 * (patience.post_timeout_ms + patience.grace_ms)) / 1000;

/** A trial in which nobody is killed: what later trials of this seed are disturbed in. */
export function undisturbed(seed: number, replicas: number): Trial {
  const draw = drawFrom(seed);
  const approvals = drawAnyApprovals(draw);
  const fates = approvals.flatMap(({ vmid }) => (draw.below(2) === 0 ? drawFate(draw, vmid) : []));
  const [aborts, plans] = [draw.below(4) === 0, draw.below(3) === 0];
  return { seed, replicas, approvals, troubles: asTroubles(fates), aborts, plans };
}

export const disturbed = (trial: Trial, ...troubles: Trouble[]): Trial => ({
  ...trial,
  troubles: [...trial.troubles, ...troubles],
});
const totalOf = (points: Map<string, number>): number => [...points.values()].reduce((sum, n) => sum + n, 0);
export const kill = (draw: Draw, nth: number): Trouble => ({ do: 'kill', at: { nth }, down_s: draw.from(0, 60) });

export const atRandomTimes = (seed: number, n: number, seen: Seen): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const kills = Array.from({ length: draw.from(1, 4) }, () => kill(draw, 1 + draw.below(totalOf(seen))));
  return disturbed(undisturbed(seed, 1), ...kills);
};

/** At these points of a seed, each once, at any of its passings. */
export const atPoints = (seed: number, n: number, points: readonly string[], seen: Seen): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const kills = points.map((point): Trouble => {
    const nth = 1 + draw.below(Math.min(seen.get(point) ?? 1, 20));
    return { do: 'kill', at: { point, nth }, down_s: draw.from(0, 60) };
  });
  return disturbed(undisturbed(seed, 1), ...kills);
};

/** At two points of a seed at a time. */
export const atEachPoint = (seed: number, n: number, seen: Seen): Trial =>
  atPoints(seed, n, [...seen.keys()].slice(2 * n, 2 * n + 2), seen);

/** Points that only rare worlds pass: a row that never met them has not struck at each await. */
export const rarePoints: readonly string[] = [
  'publish migration.refused',
  'publish migration.failed',
  'proxmox.replications',
  'proxmox.stop_task',
].flatMap((call) => [`before ${call}`, `after ${call}`]);

/** No call lies there, only the step from one line to the next: who stops right there for a minute is the hole that no protocol closes. */
const betweenTwoLines = 'before proxmox.migrate';

/** At a point first, so that the rare ones are struck as often as those that are passed all the time. */
export const stopped = (seed: number, n: number, seen: Seen): Trial => {
  const draw = drawFrom(seed * 100_003 + n);
  const point = draw.one([...seen.keys()].filter((name) => name !== betweenTwoLines));
  const at = { point, nth: 1 + draw.below(seen.get(point) ?? 1) };
  return disturbed(undisturbed(seed, 3), { do: 'stop', at, for_s: twice_the_lease_s + draw.below(10) });
};
