import type { Bus } from '@evenkeel/bus';
import {
  type CloudEvent,
  type Decision,
  filterOf,
  type RunSummary,
  recommendationDecided,
  runDecided,
} from '@evenkeel/contracts';
import { type Followed, followDecisions } from './follow-decisions.ts';
import { stageEvents } from './stage-of.ts';
import { tellDecision, tellRun } from './tell-decision.ts';

/** What can be said of a decision or a run, for people and for programs. */
export type Explanation = { text: string; json: unknown };

/** The last decision about a guest, or the last run, with what became of it since; undefined where there is none. */
export async function readExplanation(
  bus: Pick<Bus, 'read'>,
  cluster: string,
  vmid: number | undefined,
): Promise<Explanation | undefined> {
  const event = vmid === undefined ? runDecided : recommendationDecided;
  let last: { data: unknown; sequence: number } | undefined;
  for await (const { event: cloud, sequence } of bus.read('decisions', [filterOf(event, cluster)])) {
    const data = cloud.data as { recommendation?: { vmid: number } };
    if (vmid === undefined || data.recommendation?.vmid === vmid) last = { data: cloud.data, sequence };
  }
  if (!last) return undefined;
  const followed = followDecisions(await readSince(bus, cluster, last.sequence));
  return vmid === undefined
    ? explainRun(runDecided.data.parse(last.data), followed)
    : explainDecision(recommendationDecided.data.parse(last.data), followed);
}

async function readSince(bus: Pick<Bus, 'read'>, cluster: string, sequence: number): Promise<CloudEvent[]> {
  const subjects = stageEvents.map((event) => filterOf(event, cluster));
  const events: CloudEvent[] = [];
  for await (const { event } of bus.read('decisions', subjects, sequence)) events.push(event);
  return events;
}

function explainDecision(decision: Decision, followed: Followed): Explanation {
  const since = followed.since(decision.decision_id);
  return {
    text: tellDecision(decision, since),
    json: { ...decision, since: since.map(({ at, text }) => ({ at, text })) },
  };
}

const explainRun = (run: RunSummary, followed: Followed): Explanation => ({
  text: tellRun(run, followed),
  json: followed.now(run),
});
