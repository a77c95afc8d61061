import type { GuestSample, OutcomeVerdict, Recommendation } from '@evenkeel/contracts';
import { type NodeLoad, nodePenalty } from '@evenkeel/model';
import type { Candidate, PlayedDay } from './play-day.ts';

/** A candidate with what would have come of it, known from what was recorded. */
export type Judged = {
  confidence: number;
  verdict: OutcomeVerdict;
  gain: number;
  expected: number;
};

/** Steps of five minutes after a run: the half hour before the hour, and the three hours before the day. */
export const windows = { '1h': { from: 7, to: 12 }, '24h': { from: 253, to: 288 } } as const;
/** Up to when a candidate is followed: `latest` is the day where the replay goes on for so long, else the hour, as where moves are learned from. */
export type Window = keyof typeof windows | 'latest';

/** Bursts that a node is taken to have above its mean, as where outcomes are judged. */
const bursts = 0.15;
const noise = { points: 1, share: 0.1 };
/** A candidate that was not recommended for an hour is another one when it comes back. */
const episodeSteps = 12;

/** What each candidate would have brought or brought, one a guest, source, target and episode; those whose guest went elsewhere are left out. */
export function judgeCandidates(played: PlayedDay, window: Window): Judged[] {
  return episodesOf(played).flatMap(({ step, recommendation: r }) => {
    const gain =
      window === 'latest'
        ? (gainOf(played, r, step, '24h') ?? gainOf(played, r, step, '1h'))
        : gainOf(played, r, step, window);
    if (gain === undefined) return [];
    const expected = r.improvement.expected;
    return [{ confidence: r.confidence_score, verdict: verdictOf(gain, expected), gain, expected }];
  });
}

/** The first candidate of each episode, but for those that had to be made. */
function episodesOf({ candidates }: PlayedDay): Candidate[] {
  const last = new Map<string, number>();
  return candidates.filter(({ step, recommendation: r }) => {
    const key = `${r.guest} ${r.source_node} ${r.target_node}`;
    const known = last.get(key) ?? Number.NEGATIVE_INFINITY;
    last.set(key, step);
    return step - known > episodeSteps && !r.mandatory;
  });
}

function verdictOf(gain: number, expected: number): OutcomeVerdict {
  const margin = Math.max(noise.points, noise.share * Math.abs(expected));
  return gain > margin ? 'beneficial' : gain < -margin ? 'harmful' : 'neutral';
}

/** Penalty points of the two nodes with the guest on its source less those with it on the target, at the demand that came. */
function gainOf(played: PlayedDay, r: Recommendation, step: number, window: keyof typeof windows): number | undefined {
  const { from, to } = windows[window];
  if (step + to >= played.samples.length) return undefined;
  const moved = (s: number) => {
    const node = played.placed[s]![r.guest]!;
    return node !== r.source_node && node !== r.target_node;
  };
  for (let s = step; s <= step + to; s++) if (moved(s)) return undefined;
  const load = (node: string, withGuest: boolean) => meanLoad(played, node, r.guest, withGuest, step + from, step + to);
  const points = (node: string, withGuest: boolean) => nodePenalty(load(node, withGuest), played.prices).penalty;
  const { source_node: source, target_node: target } = r;
  return points(source, true) + points(target, false) - points(source, false) - points(target, true);
}

function meanLoad(
  { samples, placed }: PlayedDay,
  node: string,
  guest: string,
  withGuest: boolean,
  from: number,
  to: number,
): NodeLoad {
  const { maxcpu, maxmem } = samples[from]!.nodes.find((n) => n.node === node)!;
  const sum = { cores: 0, mem: 0, assigned: 0 };
  for (let s = from; s <= to; s++)
    for (const g of samples[s]!.guests) {
      const here = g.guest === guest ? withGuest : placed[s]![g.guest] === node;
      if (!here) continue;
      sum.cores += coresOf(g);
      sum.mem += g.mem;
      sum.assigned += g.maxmem;
    }
  const n = to - from + 1;
  return {
    cpu: sum.cores / n / maxcpu,
    mem: sum.mem / n / maxmem,
    assigned: sum.assigned / n / maxmem,
    spikes: bursts,
  };
}

const coresOf = (guest: GuestSample): number => guest.cpu * guest.maxcpu;

/** What was predicted of a node an hour after a candidate, and what the guests that were counted on there asked for; a node serves no more than it has. */
export type Held = { expected: number; low: number; high: number; actual: number };

/** The forecasts of both nodes of the first candidate of each episode, as if all that was planned up to it had been done. */
export function holdForecasts(played: PlayedDay): Held[] {
  const { from, to } = windows['1h'];
  return episodesOf(played).flatMap(({ step, recommendation: r, placements }) => {
    const next = r.cpu_in_an_hour;
    if (!next || step + to >= played.samples.length) return [];
    const ends = [
      { node: r.source_node, said: next.source },
      { node: r.target_node, said: next.target },
    ];
    return ends.map(({ node, said: { expected, low, high } }) => {
      const steps = Array.from({ length: to - from + 1 }, (_, i) => step + from + i);
      const served = steps.map((s) => servedAt(played, s, node, placements));
      return { expected, low, high, actual: served.reduce((a, b) => a + b, 0) / served.length };
    });
  });
}

function servedAt({ samples }: PlayedDay, s: number, node: string, placements: Record<string, string>): number {
  const { nodes, guests } = samples[s]!;
  const { maxcpu } = nodes.find((n) => n.node === node)!;
  const cores = guests.reduce((sum, g) => sum + (placements[g.guest] === node ? coresOf(g) : 0), 0);
  return Math.min(1, cores / maxcpu);
}
