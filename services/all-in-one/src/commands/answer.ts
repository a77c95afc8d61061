import type { Bus } from '@evenkeel/bus';
import { filterOf, type RunSummary, recommendationDecided, runDecided, subjectOf } from '@evenkeel/contracts';
import type { Command } from 'commander';
import { printable } from '../demo/tell.ts';
import { giveAnswer, type Move } from '../steering/request.ts';
import { type BusOptions, onBus, oneOf } from './cluster-bus.ts';
import { UsageError } from './fail.ts';
import { withAsker, withReason } from './steering-options.ts';

type Options = BusOptions & { by: string; reason: string; cluster?: string };

export const addApprove = (program: Command): void =>
  add(program, 'approve', 'let a move begin that awaits approval; it is checked once more, and expires unused');
export const addReject = (program: Command): void =>
  add(program, 'reject', 'refuse a proposed move; its guest is left alone for cooldown_minutes');

function add(program: Command, answer: 'approve' | 'reject', description: string): void {
  withReason(withAsker(program.command(answer)))
    .description(description)
    .argument('<decision>', 'id of the decision, or vmid of the guest: then its move in the last run')
    .option('--cluster <name>', 'cluster, where there are several')
    .action(async (decision: string, { cluster: named, reason, by, ...options }: Options) => {
      await onBus(options, named, async ({ bus, clusters }) => {
        const cluster = oneOf(clusters);
        const move = await moveOf(bus, cluster, decision);
        const answered = await giveAnswer(bus, { cluster, by }, { ...move, answer, reason });
        const path = `${move.guest} ${move.source_node} → ${move.target_node}`;
        process.stdout.write(
          `${path}: ${answered ? printable(answered.reason) : 'no filter-pipeline has answered yet; the answer may come too late'}\n`,
        );
        if (!answered || answered.answer === 'not_pending') process.exitCode = 1;
      });
    });
}

/** The move that a person means. */
export async function moveOf(bus: Pick<Bus, 'last'>, cluster: string, decision: string): Promise<Move> {
  if (/^\d+$/.test(decision)) {
    const run = (await bus.last('decisions', filterOf(runDecided, cluster)))?.event.data as RunSummary | undefined;
    const line = run?.decisions.find(({ guest }) => guest.endsWith(`/${decision}`));
    if (!line) throw new UsageError(`the last run of cluster ${cluster} proposes nothing for guest ${decision}`);
    const { decision_id, guest, source_node, target_node } = line;
    return { decision_id, guest, source_node, target_node };
  }
  const found = await bus.last('decisions', subjectOf(recommendationDecided, cluster, decision));
  if (!found) throw new UsageError(`no decision ${JSON.stringify(decision)} in cluster ${cluster}`);
  const read = recommendationDecided.data.safeParse(found.event.data);
  if (!read.success) throw new Error(`the decision ${JSON.stringify(decision)} cannot be read by this version`);
  const { decision_id, recommendation } = read.data;
  const { guest, source_node, target_node } = recommendation;
  return { decision_id, guest, source_node, target_node };
}
