import {
  automationChanged,
  automationRefused,
  type CloudEvent,
  type ClusterSample,
  type DataOf,
  decisionAnswered,
  type Estimate,
  migrationApproved,
  migrationCompleted,
  migrationFailed,
  migrationProgressed,
  migrationRefused,
  migrationStarted,
  outcomeRecorded,
  type RunSummary,
  recommendationDecided,
  recommendationsGenerated,
  runDecided,
} from '@evenkeel/contracts';
import { nameOfType } from '@evenkeel/runtime';

/** One line of the story: when (cluster time), what kind of thing happened, and what. */
export type Line = { time: string; word: string; text: string; tone: 'plain' | 'good' | 'bad' | 'quiet' };

type Teller<Data> = (data: Data) => Omit<Line, 'time'>[];

const percent = (fraction: number): string => `${Math.round(fraction * 100)} %`;
const points = (n: number): string => `${n >= 0 ? '+' : '−'}${Math.abs(n).toFixed(1)} points`;
const seconds = ({ expected, low, high }: Estimate): string =>
  `${Math.round(expected)} s (${Math.round(low)}–${Math.round(high)})`;
/** Names come from outside: what does not print is shown as ·, and they are cut at 40 characters. */
export const safe = (text: string): string =>
  [...text.replace(/[\p{C}\p{Z}]/gu, (c) => (c === ' ' ? c : '·'))].slice(0, 40).join('');

type Moving = { guest: string; name: string; source_node: string; target_node: string };
const move = (m: Moving): string => `${m.guest} ${safe(m.name)}  ${safe(m.source_node)} → ${safe(m.target_node)}`;

const tellRecommended: Teller<DataOf<typeof recommendationsGenerated>> = ({ recommendations: all, scores }) => {
  if (all.length === 0) return [];
  const best = all[0]!;
  const hottest = scores.toSorted((a, b) => b.penalty - a.penalty)[0];
  const from = hottest
    ? `; busiest is ${safe(hottest.node)} (CPU ${percent(hottest.cpu)}, ${hottest.penalty.toFixed(1)} points)`
    : '';
  const text = `${all.length} move${all.length === 1 ? '' : 's'}${from}. Best: ${move(best)}, ${points(best.score_improvement)}, confidence ${Math.round(best.confidence_score)}`;
  return [{ word: 'recommends', text, tone: 'plain' }];
};

const tellDecided: Teller<DataOf<typeof recommendationDecided>> = (decision) =>
  decision.action === 'pending' || decision.action === 'executed'
    ? []
    : [{ word: 'held back', text: `${move(decision.recommendation)}: ${printable(decision.reason)}`, tone: 'quiet' }];

const tellRun: Teller<DataOf<typeof runDecided>> = ({ status, decisions, notes, imbalance, survival }) => {
  const moves = decisions.filter((d) => d.action === 'pending' || d.action === 'executed').length;
  const state = `imbalance CPU ${imbalance.cpu.toFixed(1)}, memory ${imbalance.mem.toFixed(1)} points${fallsWithANode(survival)}`;
  if (moves === 0)
    return [
      { word: stillness(status, decisions), text: `${notes.map(printable).join('; ')}; ${state}`, tone: 'quiet' },
    ];
  const held = decisions.length > moves ? [`${decisions.length - moves} held back`] : [];
  if (status !== 'acting')
    return [{ word: 'asking', text: [`${moves} await approval`, ...held, state].join('; '), tone: 'plain' }];
  return [
    { word: 'run', text: [`${moves} approved`, ...held, state, ...notes.map(printable)].join('; '), tone: 'plain' },
  ];
};

/** Told only where somebody has to know. */
const fallsWithANode = (survival: RunSummary['survival']): string =>
  !survival || (survival.now.survives && survival.after.survives) ? '' : `; ${saySurvival(survival)}`;

/** Whether a cluster survives the loss of any one node, now and after the plan. */
export function saySurvival({ now, after }: NonNullable<RunSummary['survival']>): string {
  if (now.survives && after.survives) return 'the loss of any one node would be survived, now and after the plan';
  if (now.survives) return `after the plan ${printable(after.reason)}, now it would be survived`;
  return `${printable(now.reason)}, ${after.survives ? 'after the plan it would be survived' : 'and not after the plan either'}`;
}

/** What it is called when a run moves nothing: nothing to do, not yet sure, or something stands against it. */
function stillness(status: RunSummary['status'], decisions: RunSummary['decisions']): string {
  if (status === 'skipped') return 'stopped';
  if (decisions.length === 0) return 'at rest';
  return decisions.every(({ action }) => action === 'observing') ? 'watching' : 'holding';
}

const tellCompleted: Teller<DataOf<typeof migrationCompleted>> = ({ migration, transfer, rollback }) => {
  const took = transfer ? ` in ${Math.round(transfer.duration_seconds)} s` : '';
  const pause =
    transfer?.downtime_seconds === undefined ? '' : `, paused ${Math.round(transfer.downtime_seconds * 1000)} ms`;
  return [
    {
      word: 'moved',
      text: `${move(migration)}${took}${pause}; expected ${seconds(migration.expected.duration_seconds)}`,
      tone: 'good',
    },
    ...(rollback
      ? [{ word: 'unwell', text: `${move(migration)}: ${printable(rollback.reason)}`, tone: 'bad' as const }]
      : []),
  ];
};

const tellOutcome: Teller<DataOf<typeof outcomeRecorded>> = ({ outcome: o }) => {
  const expected = `expected ${points(o.expected_gain.expected)}`;
  if (o.actual_gain === undefined) {
    return [
      {
        word: 'unjudged',
        text: `${move(o)} after ${o.horizon}: ${printable(o.closed_early ?? 'not measured')}; ${expected}`,
        tone: 'quiet',
      },
    ];
  }
  const when = o.closed_early ? `before ${o.horizon} were over (${printable(o.closed_early)})` : `after ${o.horizon}`;
  const tone = o.verdict === 'beneficial' ? 'good' : o.verdict === 'harmful' ? 'bad' : 'plain';
  return [
    {
      word: 'gained',
      text: `${move(o)} ${when}: ${points(o.actual_gain)}, ${expected}: ${o.verdict}`,
      tone,
    },
  ];
};

const tellAutomation: Teller<DataOf<typeof automationChanged>> = ({ by, change }) => {
  const who = safe(by);
  const why = 'reason' in change && change.reason ? `: ${printable(change.reason)}` : '';
  switch (change.do) {
    case 'pause':
      return [{ word: 'paused', text: `by ${who}${why}`, tone: 'bad' }];
    case 'resume':
      return [{ word: 'resumed', text: `by ${who}`, tone: 'good' }];
    case 'mode':
      return [{ word: 'mode', text: `${change.mode}, by ${who}`, tone: 'plain' }];
    case 'drain':
      return [{ word: 'draining', text: `${safe(change.node)}, by ${who}${why}`, tone: 'plain' }];
    case 'undrain':
      return [{ word: 'undrained', text: `${safe(change.node)}, by ${who}`, tone: 'plain' }];
  }
};

const tellRefusal: Teller<DataOf<typeof automationRefused>> = ({ by, change, reason }) => [
  { word: 'refused', text: `${change.do}, by ${safe(by)}: ${printable(reason)}`, tone: 'plain' },
];

const tellAnswer: Teller<DataOf<typeof decisionAnswered>> = ({
  guest,
  source_node,
  target_node,
  by,
  answer,
  reason,
}) => {
  const text = `${guest}  ${safe(source_node)} → ${safe(target_node)}, ${safe(by)}: ${printable(reason)}`;
  return [
    {
      word: answer === 'not_pending' ? 'too late' : answer === 'approved' ? 'said yes' : 'said no',
      text,
      tone: 'plain',
    },
  ];
};

/** How a migration began, where not just by its own request. */
function how({ adopted, along_with, taken_along }: Omit<DataOf<typeof migrationStarted>, 'migration'>): string {
  if (along_with !== undefined) return ' (HA takes it along)';
  const others = taken_along ? `; HA takes along ${taken_along.join(', ')}` : '';
  return `${adopted ? ' (found running)' : ''}${others}`;
}

const tellers: Record<string, Teller<never>> = {
  [automationChanged.name]: tellAutomation,
  [automationRefused.name]: tellRefusal,
  [decisionAnswered.name]: tellAnswer,
  [recommendationsGenerated.name]: tellRecommended,
  [recommendationDecided.name]: tellDecided,
  [runDecided.name]: tellRun,
  [migrationApproved.name]: (({ migration }) => [
    {
      word: 'approved',
      text: `${move(migration)}, takes about ${seconds(migration.expected.duration_seconds)}`,
      tone: 'plain',
    },
  ]) satisfies Teller<DataOf<typeof migrationApproved>>,
  [migrationStarted.name]: (({ migration, ...start }) => [
    {
      word: migration.parent_id ? 'moving back' : 'moving',
      text: `${move(migration)}${how(start)}`,
      tone: 'plain',
    },
  ]) satisfies Teller<DataOf<typeof migrationStarted>>,
  [migrationProgressed.name]: (() => []) satisfies Teller<DataOf<typeof migrationProgressed>>,
  [migrationCompleted.name]: tellCompleted,
  [migrationFailed.name]: (({ migration, reason }) => [
    { word: 'failed', text: `${move(migration)}: ${printable(reason)}`, tone: 'bad' },
  ]) satisfies Teller<DataOf<typeof migrationFailed>>,
  [migrationRefused.name]: (({ migration, reason }) => [
    { word: 'not started', text: `${move(migration)}: ${printable(reason)}`, tone: 'quiet' },
  ]) satisfies Teller<DataOf<typeof migrationRefused>>,
  [outcomeRecorded.name]: tellOutcome,
};

/** What an event says to a reader; most samples say nothing. */
export function tell(event: CloudEvent): Line[] {
  const name = nameOfType(event.type);
  return (tellers[name]?.(event.data as never) ?? []).map((line) => ({ time: event.time, ...line }));
}

const repeats = new Set(['recommends', 'asking', 'at rest', 'watching', 'holding', 'stopped', 'held back']);
const tellAgainAfter = 3_600_000;
const figuresIn = /[-−+]?\d+([.,:]\d+)*( (s|min|h|days?)\b)?/g;
const figuresBesideNames = /(?<![\w/-])[-−+]?\d+([.,:]\d+)*( (s|min|h|days?)\b)?/g;

/** A sentence without its figures: two that differ only in these say the same. In what is said of guests their names count. */
const kindOf = (topic: string, text: string): string =>
  text.replace(topic === 'run' ? figuresIn : figuresBesideNames, '#');

/** What a state is about, of which there is one at a time: each guest that is held back, what is recommended, the run. */
function topicOf(word: string, text: string): string {
  if (word === 'held back') return text.split(' ', 1)[0]!;
  return word === 'recommends' ? word : 'run';
}

/** Tells events in their order, and leaves out what it would only say again: a state that lasts is told once an hour. */
export function createTeller(): (event: CloudEvent) => Line[] {
  const told = new Map<string, { kind: string; at: number }>();
  const isNews = ({ time, word, text }: Line): boolean => {
    if (word === 'run') told.delete('run');
    if (!repeats.has(word)) return true;
    const topic = topicOf(word, text);
    const [kind, at, last] = [`${word} ${kindOf(topicOf(word, text), text)}`, Date.parse(time), told.get(topic)];
    if (last?.kind === kind && at - last.at < tellAgainAfter) return false;
    told.set(topic, { kind, at });
    return true;
  };
  return (event) => tell(event).filter(isNews);
}

/** The first look at a cluster. */
export function tellSample(sample: ClusterSample): Line {
  const running = sample.guests.filter((g) => g.status === 'running').length;
  const loads = sample.nodes
    .map((n) => `${safe(n.node)} ${percent(n.cpu)}`)
    .slice(0, 8)
    .join(', ');
  return {
    time: sample.at,
    word: 'seen',
    text: `${sample.nodes.length} nodes, ${running} running guests; CPU ${loads}`,
    tone: 'plain',
  };
}

const tones = { plain: '', good: '\u001b[32m', bad: '\u001b[31m', quiet: '\u001b[2m' };

export function formatLine({ time, word, text, tone }: Line, color: boolean): string {
  const line = `${time.slice(5, 10)} ${time.slice(11, 19)}  ${word.padEnd(11)}  ${text}`;
  return color && tones[tone] ? `${tones[tone]}${line}\u001b[0m` : line;
}

/** Text that may quote what came from outside, on one line. */
export const printable = (text: string): string => text.replace(/[\p{Cc}]/gu, '·');
