import { nameSome } from '@evenkeel/contracts';
import { crsNote, unsatisfiable } from '@evenkeel/model';
import { bridgeNote } from './bridge-note.ts';
import type { PlannedMove } from './planned-move.ts';
import type { RecommendInput, Run } from './start-run.ts';

const mostStuckNotes = 8;
const mostStayNotes = 3;
const mostRuleNotes = 8;
/** Longer sentences end here: names of tags, rules and guests are written by anybody. */
const longestNote = 600;

type NotMoved = { guest: string; reason: string };

/** First why nothing need move, where that is so; then what an administrator should mend. */
export function notesOf(
  { input, planning }: Run,
  moves: readonly PlannedMove[],
  { stuck, staying }: { stuck: readonly NotMoved[]; staying: readonly NotMoved[] },
): string[] {
  const { convergence, config } = input;
  const asked = config.penalty_config.min_score_improvement;
  const why = convergence.converged
    ? [`the nodes are even: ${convergence.reason}`]
    : [
        `no move that is allowed brings ${asked} points more than it costs (${convergence.reason})`,
        ...staying.slice(0, mostStayNotes).map(({ guest, reason }) => `${guest} stays: ${reason}`),
      ];
  return [
    ...(moves.length === 0 ? why : []),
    ...stuckNotes(stuck),
    ...stoppedNotes(input.sample),
    ...[crsNote(input.sample), bridgeNote(input.sample)].filter((note) => note !== undefined),
    ...ruleNotes(unsatisfiable(planning.ctx).map((n) => `unsatisfiable: ${n}`)),
    ...ruleNotes(planning.ctx.problems),
  ];
}

/** A guest that does not run is left where it is: nothing of it is lost while its node is away, and its disks may be local. */
function stoppedNotes({ nodes, guests }: RecommendInput['sample']): string[] {
  return nodes
    .filter(({ drained }) => drained)
    .flatMap(({ node }) => {
      const left = guests.filter((g) => g.node === node && g.status === 'stopped' && !g.template);
      const names = left.map(({ guest }) => guest);
      return names.length === 0 ? [] : [`not running, so left on ${node}: ${nameSome(names, mostStuckNotes)}`];
    });
}

function stuckNotes(stuck: readonly NotMoved[]): string[] {
  const more = stuck.length - mostStuckNotes;
  return [
    ...stuck.slice(0, mostStuckNotes).map(({ guest, reason }) => `${guest} cannot leave: ${reason}`),
    ...(more > 0 ? [`and ${more} more guests cannot leave`] : []),
  ];
}

function ruleNotes(sentences: readonly string[]): string[] {
  const more = sentences.length - mostRuleNotes;
  return [
    ...sentences
      .slice(0, mostRuleNotes)
      .map((said) => (said.length > longestNote ? `${said.slice(0, longestNote - 1)}…` : said)),
    ...(more > 0 ? [`and ${more} more such rules`] : []),
  ];
}
