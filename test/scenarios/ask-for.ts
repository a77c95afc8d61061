import type { MemoryBus } from '@evenkeel/bus';
import {
  type AutomationChange,
  answerGiven,
  automationRequested,
  type DataOf,
  filterOf,
  type RunSummary,
  runDecided,
} from '@evenkeel/contracts';
import { sendCommand } from '@evenkeel/runtime';

const by = 'anna@desk';

/** Somebody asks the automation of a cluster for something. */
export async function requestChange(bus: MemoryBus, cluster: string, change: AutomationChange, at: string) {
  const data = { cluster, command_id: `${change.do}-${at}`, by, change };
  await sendCommand(bus, automationRequested, automationRequested.of(data, at));
}

/** Somebody answers a move that the last run proposes. */
export async function giveAnswer(
  bus: MemoryBus,
  cluster: string,
  { vmid, answer }: { vmid: number; answer: DataOf<typeof answerGiven>['answer'] },
  at: string,
) {
  const runs = await Array.fromAsync(bus.read('decisions', [filterOf(runDecided, cluster)]), ({ event }) => event.data);
  const last = runs.at(-1) as RunSummary | undefined;
  const line = last?.decisions.find(({ guest }) => guest.endsWith(`/${vmid}`));
  if (!line) throw new Error(`the last run proposes nothing for ${vmid}`);
  const { decision_id, guest, source_node, target_node } = line;
  const move = { decision_id, guest, source_node, target_node };
  const data = { cluster, command_id: `${answer}-${at}`, by, answer, reason: '', ...move };
  await sendCommand(bus, answerGiven, answerGiven.of(data, at));
}
