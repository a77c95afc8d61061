import { type NodeScore, nameSome } from '@evenkeel/contracts';
import { fits, inMaintenance, mayMove, penaltyOf, penaltyWith } from '@evenkeel/model';
import { askedOf, leastRelief, netOf, refresh, type Search } from './best-move.ts';
import { chanceOfRelief, type Planning } from './planned-move.ts';
import { idsOf, refusalOn, unitOf } from './unit-of.ts';

const percent = (fraction: number): string => `${Math.floor(100 * fraction)} %`;
const perNode = 8;
const inAll = 60;
const mostNamed = 5;

/** In hundredths, so that what is too little never reads as enough; what is nothing but rounding does not count. */
const atMost = (points: number): string => (Math.floor(100 * points + 1e-6) / 100 + 0).toFixed(2);
const atLeast = (points: number): number => Math.ceil(100 * points - 1e-6) / 100;

type Reason = { guest: `qemu/${number}`; reason: string };
type Target = { n: number; net: number };

/** Why a guest, or one that goes with it, does not move at all; undefined where all of them may. */
function boundBy(planning: Planning, g: number, unit: readonly number[]): string | undefined {
  const { ctx, taken } = planning;
  const [own = '', ...others] = idsOf(planning, [g, ...unit.filter((m) => m !== g)]);
  const stays = mayMove(own, ctx);
  if (stays) return stays;
  for (const other of others) {
    const why = mayMove(other, ctx);
    if (why) return `${other}, which goes with it, stays: ${why}`;
    if (taken.has(planning.state.guestIndex.get(other)!)) return `${other}, which goes with it, is moving`;
  }
  return undefined;
}

/** Where the unit might go, with what it brings there, and why it may not go elsewhere. */
function targetsOf(planning: Planning, search: Search, u: number): { targets: Target[]; refused: string[] } {
  const { state, caps } = planning;
  const { guests } = search.units[u]!;
  const targets: Target[] = [];
  const refused = new Set<string>();
  state.nodes.forEach(({ node }, n) => {
    if (n === state.where[guests[0]!]) return;
    const no = refusalOn(planning, guests, n);
    if (no) refused.add(no);
    else if (!fits(state, n, guests, caps)) refused.add(`${node} has no room for it`);
    else if (search.targets.includes(n)) targets.push({ n, net: netOf(planning, search, u, n) });
  });
  return { targets: targets.sort((a, b) => b.net - a.net || a.n - b.n), refused: [...refused] };
}

/** What the search found for a unit, by the same gain and price. */
function judge(planning: Planning, search: Search, u: number): string {
  const { state } = planning;
  const { guests, hours } = search.units[u]!;
  const source = state.where[guests[0]!]!;
  const { targets, refused } = targetsOf(planning, search, u);
  const [best] = targets;
  if (!best) return `no node can take it: ${refused.slice(0, 3).join('; ')}`;
  const asked = askedOf(planning, source, hours);
  const chanceOn = (n: number): number => chanceOfRelief(state, guests, source, n);
  const enough = targets.filter(({ net }) => net >= asked);
  const good = enough.find(({ n }) => chanceOn(n) >= leastRelief);
  const { n, net } = good ?? best;
  const { node } = state.nodes[n]!;
  if (enough.length > 0 && !good)
    return `${node} would be better off than ${state.nodes[source]!.node} is with a chance of ${percent(chanceOn(n))} only, ${percent(leastRelief)} are asked`;
  const more = atMost(net);
  const brings = more.startsWith('-')
    ? `would bring ${more.slice(1)} points less than it costs, ${atLeast(asked)} more are asked`
    : `would bring ${more} points more than it costs, ${atLeast(asked)} are asked`;
  if (good) return `${node} ${brings}: the next run may propose it, after the moves of this one`;
  const others = refused.length > 0 ? ` (${refused.slice(0, 2).join('; ')})` : '';
  return `best target ${node} ${brings}${others}`;
}

/** Points by which a guest's node would be better off without it. */
const reliefBy = ({ state }: Planning, g: number): number =>
  penaltyOf(state, state.where[g]!) - penaltyWith(state, state.where[g]!, [g], -1);

/** The guests of the loaded nodes, or of the busiest, that would relieve it most; those of a node that is being emptied are told of by themselves. */
function askedAbout(planning: Planning, scores: readonly NodeScore[]): number[] {
  const { state, taken, config } = planning;
  const busiest = scores
    .map((score) => ({ ...score, n: state.nodeIndex.get(score.node)! }))
    .filter(({ n }) => !inMaintenance(state.nodes[n]!, config))
    .sort((a, b) => b.penalty - a.penalty || (a.node < b.node ? -1 : 1));
  const loaded = busiest.filter((s) => s.exceeded.length > 0);
  const hot = loaded.length > 0 ? loaded : busiest.slice(0, 1);
  const chosen = hot.flatMap(({ n }) =>
    state.guests
      .map((_, g) => g)
      .filter((g) => state.where[g] === n && !taken.has(g))
      .map((g) => ({ g, cores: state.guests[g]!.prediction.cores, relief: Math.round(reliefBy(planning, g)) }))
      .sort((a, b) => b.relief - a.relief || b.cores - a.cores || a.g - b.g)
      .slice(0, perNode)
      .map(({ g }) => g),
  );
  return chosen.slice(0, inAll);
}

/** Why those guests of the loaded nodes, or of the busiest, that would relieve it most, got no recommendation, by what the search that came to its end knows of them; a bounded list. */
export function explainStaying(planning: Planning, search: Search, scores: readonly NodeScore[]): Reason[] {
  refresh(planning, search);
  const unitAt = new Map(search.units.flatMap(({ guests }, u) => guests.map((g) => [g, u])));
  return askedAbout(planning, scores).map((g) => {
    const guest = planning.state.guests[g]!.sample.guest as `qemu/${number}`;
    const u = unitAt.get(g);
    if (u === undefined) {
      const bound = boundBy(planning, g, unitOf(planning, guest));
      return { guest, reason: bound ?? 'it is moving' };
    }
    const others = idsOf(planning, search.units[u]!.guests).filter((id) => id !== guest);
    const together = others.length > 0 ? `with ${nameSome(others, mostNamed)}: ` : '';
    return { guest, reason: `${together}${judge(planning, search, u)}` };
  });
}
