import { type GuestSample, nameSome } from '@evenkeel/contracts';
import { byText } from '../by-text.ts';
import { boundTogether, rulesBinding } from './bound-together.ts';
import { type Home, homeOf, strictBindings, tooSmall, whyHomeless } from './home-of.ts';
import { crowds } from './match-apart.ts';
import { available, counts, type RuleContext, type RuleGroup } from './rule-context.ts';

const mostNamed = 8;
const mostReasons = 3;

type Asked = { ctx: RuleContext; home: (guest: string) => Home; sample: (guest: string) => GuestSample };

const list = (names: readonly string[]): string => nameSome(names, mostNamed);
const joined = (rules: readonly string[]): string => nameSome([...new Set(rules)].sort(byText), mostNamed, ' and ');

const bindingsOf = (guests: readonly string[], ctx: RuleContext): string[] =>
  guests.flatMap((guest) => strictBindings(guest, ctx).map(({ rule }) => rule));

/** Why some of these guests may not leave the nodes that they are on. */
const staying = (guests: readonly string[], { home, sample }: Asked): string[] =>
  guests.flatMap((guest) => {
    const { stays } = home(guest);
    return stays === undefined ? [] : [`${guest} stays on ${sample(guest).node}: ${stays}`];
  });

const because = (reasons: readonly string[]): string => {
  const said = [...new Set(reasons)];
  const more = said.length > mostReasons ? `; and ${said.length - mostReasons} more` : '';
  return said.length === 0 ? '' : `: ${said.slice(0, mostReasons).join('; ')}${more}`;
};

const leaveNoNode = (rules: readonly string[]): string =>
  `${joined(rules)} ${new Set(rules).size === 1 ? 'leaves' : 'leave'} no node for`;

function homeless({ ctx, home, sample }: Asked): string[] {
  const isBound = (guest: string): boolean =>
    ctx.guests.has(guest) && counts(guest, ctx) && strictBindings(guest, ctx).length > 0;
  return [...ctx.bindings.keys()]
    .filter(isBound)
    .filter((guest) => home(guest).nodes.size === 0)
    .map((guest) => {
      const why = because(whyHomeless(sample(guest), home(guest), ctx));
      return `${leaveNoNode(bindingsOf([guest], ctx))} ${guest}${why}`;
    });
}

/** Nodes on which each of some guests may be, and nodes of them that could take all at once. */
function commonNodes(guests: readonly string[], { ctx, home, sample }: Asked): { each: string[]; all: string[] } {
  const each = [...ctx.nodes.keys()].filter((node) => guests.every((guest) => home(guest).nodes.has(node)));
  const samples = guests.map(sample);
  return { each, all: each.filter((node) => tooSmall(samples, ctx.nodes.get(node)!, ctx) === null) };
}

/** As few of some guests as still find no node together: without any one of them the others would. */
function fewest(guests: readonly string[], asked: Asked): string[] {
  let left = [...guests];
  for (const guest of guests) {
    const without = left.filter((other) => other !== guest);
    if (without.length > 0 && commonNodes(without, asked).all.length === 0) left = without;
  }
  return left;
}

function scattered(chain: readonly string[], asked: Asked): string[] {
  const { ctx, sample } = asked;
  const placeable = chain.filter((guest) => asked.home(guest).nodes.size > 0);
  if (commonNodes(placeable, asked).all.length > 0) return [];
  const guests = fewest(placeable, asked);
  const roomless = commonNodes(guests, asked).each.flatMap(
    (node) => tooSmall(guests.map(sample), ctx.nodes.get(node)!, ctx) ?? [],
  );
  const rules = [...rulesBinding(guests, ctx), ...bindingsOf(guests, ctx)];
  return [
    `${leaveNoNode(rules)} ${list(guests)} together${because([...staying(guests, asked), ...roomless.sort(byText)])}`,
  ];
}

/** One guest for each chain of a group that is to be apart, with the nodes that its whole chain may use. */
function choicesOf(group: RuleGroup, chains: readonly (readonly string[])[], asked: Asked) {
  const choices = new Map<string, ReadonlySet<string>>();
  const done = new Set<string>();
  for (const guest of group.guests) {
    if (done.has(guest) || !asked.ctx.guests.has(guest) || !counts(guest, asked.ctx)) continue;
    const chain = chains.find((c) => c.includes(guest)) ?? [guest];
    for (const other of chain) done.add(other);
    const nodes = commonNodes(chain, asked).all;
    if (nodes.length > 0) choices.set(guest, new Set(nodes));
  }
  return choices;
}

function crowded(group: RuleGroup, chains: readonly (readonly string[])[], asked: Asked): string[] {
  return crowds(choicesOf(group, chains, asked)).map(({ guests, nodes }) => {
    const all = guests.flatMap((guest) => chains.find((c) => c.includes(guest)) ?? [guest]);
    const tied = chains.filter((chain) => guests.some((guest) => chain.includes(guest)));
    const rules = [
      group.rule,
      ...tied.flatMap((chain) => rulesBinding(chain, asked.ctx)),
      ...bindingsOf(all, asked.ctx),
    ];
    const are = nodes.length === 1 ? '1 node' : `${nodes.length} nodes`;
    const who = `${guests.length} guests to keep apart, ${are} that they may use (${list(guests)} on ${list(nodes)})`;
    return `${joined(rules)}: ${who}${because(staying(all, asked))}`;
  });
}

function contradictions(chains: readonly (readonly string[])[], ctx: RuleContext): string[] {
  return ctx.groups
    .filter(({ kind }) => kind === 'apart')
    .flatMap((group) =>
      chains.flatMap((chain) => {
        const both = chain.filter((guest) => group.guests.includes(guest));
        if (both.length < 2) return [];
        const rules = rulesBinding(both, ctx);
        const bind = `${joined(rules)} ${rules.length === 1 ? 'binds' : 'bind'} ${list(both)} together`;
        return [`${bind} and ${group.rule} keeps them apart`];
      }),
    );
}

/**
 * Sets of rules that nobody can satisfy with the nodes that are there and the guests that may move, one sentence each. Each group that
 * is to be apart is asked by itself, with the chains of those bound to its guests.
 */
export function unsatisfiable(ctx: RuleContext): string[] {
  if (![...ctx.nodes.keys()].some((n) => available(n, ctx))) return [];
  const homes = new Map<string, Home>();
  const sample = (guest: string): GuestSample => ctx.guests.get(guest)!;
  const home = (guest: string): Home => {
    const known = homes.get(guest) ?? homeOf(sample(guest), ctx);
    homes.set(guest, known);
    return known;
  };
  const asked: Asked = { ctx, home, sample };
  const chains = boundTogether(ctx);
  return [
    ...homeless(asked),
    ...chains.flatMap((chain) => scattered(chain, asked)),
    ...ctx.groups.filter(({ kind }) => kind === 'apart').flatMap((group) => crowded(group, chains, asked)),
    ...contradictions(chains, ctx),
  ].sort(byText);
}
