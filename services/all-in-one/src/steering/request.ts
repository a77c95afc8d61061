import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@evenkeel/bus';
import {
  type AnyEvent,
  type AutomationChange,
  answerGiven,
  automationChanged,
  automationKey,
  automationRefused,
  automationRequested,
  type DataOf,
  decisionAnswered,
  readAutomation,
  subjectOf,
} from '@evenkeel/contracts';
import { clusterTimeOnBus, sendCommand } from '@evenkeel/runtime';
import { lastReadable } from './last-readable.ts';

/** Machine milliseconds in which a running filter-pipeline has answered. */
const patience_ms = 10_000;

type Asked = { cluster: string; by: string };
export type Changed = DataOf<typeof automationChanged>;
export type Refused = DataOf<typeof automationRefused>;
export type Answered = DataOf<typeof decisionAnswered>;

/** Asks for a change, no earlier than the last one that holds, by whatever clock that was said, and waits for its effect, or for why it has none; null where nobody answered yet: what was asked is kept, and takes effect later. */
export async function requestChange(
  bus: Bus,
  asked: Asked,
  change: AutomationChange,
): Promise<Changed | Refused | null> {
  const { applied } = readAutomation((await bus.ledger.get(automationKey(asked.cluster)))?.value);
  const now = await timeOf(bus, asked.cluster);
  const at = applied && Date.parse(applied.at) > Date.parse(now) ? applied.at : now;
  const command_id = randomUUID();
  await sendCommand(bus, automationRequested, automationRequested.of({ ...asked, command_id, change }, at));
  return effectOf(bus, [automationChanged, automationRefused], asked.cluster, command_id);
}

export type Move = Pick<Answered, 'decision_id' | 'guest' | 'source_node' | 'target_node'>;

/** Approves or rejects a move and waits for what becomes of that; null where nobody answered yet. */
export async function giveAnswer(
  bus: Bus,
  asked: Asked,
  { answer, reason, ...move }: Move & { answer: 'approve' | 'reject'; reason: string },
): Promise<Answered | null> {
  const at = await timeOf(bus, asked.cluster);
  const command_id = randomUUID();
  await sendCommand(bus, answerGiven, answerGiven.of({ ...asked, command_id, answer, reason, ...move }, at));
  return effectOf(bus, [decisionAnswered], asked.cluster, command_id);
}

/** A command bears the time of its cluster. */
const timeOf = async (bus: Bus, cluster: string): Promise<string> =>
  new Date(await clusterTimeOnBus(bus, cluster, Date.now())).toISOString();

async function effectOf<E extends AnyEvent>(
  bus: Bus,
  events: readonly E[],
  cluster: string,
  id: string,
): Promise<DataOf<E> | null> {
  const until = performance.now() + patience_ms;
  for (;;) {
    for (const event of events) {
      const found = await lastReadable(bus, event, cluster, subjectOf(event, cluster, id));
      if (found !== null && found !== 'unreadable') return found.data;
    }
    if (performance.now() > until) return null;
    await sleep(100);
  }
}
