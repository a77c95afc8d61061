import {
  clusterSampled,
  type Decision,
  filterOf,
  type Outcome,
  outcomeRecorded,
  recommendationDecided,
  subjectOf,
} from '@evenkeel/contracts';
import type { Command } from 'commander';
import { safe } from '../demo/tell.ts';
import { sinceOf } from '../outcomes/since.ts';
import {
  type HeldBack,
  type OutcomesSummary,
  type Share,
  summarizeOutcomes,
  type Tally,
} from '../outcomes/summarize-outcomes.ts';
import { type Asked, type AskOptions, askBus, vmidOf } from './ask-bus.ts';
import { columns, percent, points } from './columns.ts';
import { UsageError } from './fail.ts';

/** Whether something of a guest at a time is asked for. */
type Wanted = (vmid: number, at: string) => boolean;

type Options = AskOptions & { vmid?: string; since?: string; last: string };

const notes = `
Each migration counts once, by the latest look at it (5 minutes, 1 hour or 24 hours after it). A gain is in penalty points: the two
nodes as they are against the same nodes had the guest stayed. A success rate counts what was neutral as well, starts at a half,
and forgets by half in 14 days; filters 8 and 12 go by it. What a filter held back is judged by those of the same moves that were
made later.`;

export function addOutcomes(program: Command): void {
  program
    .command('outcomes')
    .description('what was expected of migrations against what came, and the success of pairs, guests and filters')
    .option('--vmid <vmid>', 'only this guest')
    .option('--since <when>', 'only what was completed since: 12h, 7d, 2w, or a date such as 2026-03-01')
    .option('--last <n>', 'migrations to list, the latest', '20')
    .option('-c, --config <file>', 'configuration file, YAML or JSON')
    .option('--cluster <name>', 'cluster, where there are several')
    .option('--json', 'print all of it as JSON')
    .addHelpText('after', notes)
    .action(async (options: Options) => {
      const vmid = options.vmid === undefined ? undefined : vmidOf(options.vmid);
      if (!/^\d+$/.test(options.last)) throw new UsageError(`--last ${JSON.stringify(options.last)} is not a number`);
      if (options.since !== undefined && sinceOf(options.since, 0) === undefined)
        throw new UsageError(`--since ${JSON.stringify(options.since)} is neither such as 7d nor a date`);
      await askBus('outcomes', options, async (asked) => {
        const now = await clusterTime(asked);
        const from = options.since === undefined ? Number.NEGATIVE_INFINITY : sinceOf(options.since, now)!;
        const wanted: Wanted = (guest, at) => (vmid === undefined || guest === vmid) && Date.parse(at) >= from;
        const outcomes = (await readOutcomes(asked)).filter((o) => wanted(o.vmid, o.completed_at));
        const summary = summarizeOutcomes(outcomes, await readHeldBack(asked, wanted), now);
        process.stdout.write(
          options.json ? `${JSON.stringify(summary, null, 2)}\n` : sayOutcomes(summary, Number(options.last)),
        );
      });
    });
}

/** Time of the cluster where it is known, for a cluster that is simulated has its own. */
async function clusterTime({ bus, cluster }: Asked): Promise<number> {
  const last = await bus.last('telemetry', subjectOf(clusterSampled, cluster, ''));
  return last ? Date.parse(last.event.time) : Date.now();
}

async function readOutcomes({ bus, cluster }: Asked): Promise<Outcome[]> {
  const all: Outcome[] = [];
  for await (const { event } of bus.read('decisions', [filterOf(outcomeRecorded, cluster)])) {
    const parsed = outcomeRecorded.data.safeParse(event.data);
    if (parsed.success) all.push(parsed.data.outcome);
  }
  return all;
}

/** What filters held back; of months of decisions only as much as is counted. */
async function readHeldBack({ bus, cluster }: Asked, wanted: Wanted): Promise<HeldBack[]> {
  const all: HeldBack[] = [];
  for await (const { event } of bus.read('decisions', [filterOf(recommendationDecided, cluster)])) {
    const { ladder, recommendation, decided_at } = event.data as Decision;
    const rung = ladder.find((r) => r.result === 'failed');
    if (!rung || !wanted(recommendation.vmid, decided_at)) continue;
    const { guest, source_node, target_node } = recommendation;
    all.push({ filter: rung.filter, order: rung.order, guest, source_node, target_node });
  }
  return all;
}

/** The summary for a reader; the latest migrations one by one, then what they say together. */
export function sayOutcomes(summary: OutcomesSummary, last: number): string {
  const { outcomes, all, inside, gain_error: error } = summary;
  if (outcomes.length === 0 && summary.by_filter.length === 0) return 'no outcome is recorded yet\n';
  const more = outcomes.length > last ? `, the latest ${last} of them` : '';
  return [
    `${outcomes.length} migrations${more}; ${sayTally(all)}`,
    ...section(outcomes.slice(-last || outcomes.length).map(outcomeRow), [
      ['completed', 'guest', 'move', 'after', 'expected', 'came', '', 'seconds expected', 'took'],
    ]),
    ...section(
      summary.by_pair.map((p) => [`${safe(p.source)} → ${safe(p.target)}`, ...tallyRow(p)]),
      [['pair', ...tallyHead]],
    ),
    ...section(
      summary.by_guest.slice(0, 20).map((g) => [`${g.guest} ${safe(g.name)}`, ...tallyRow(g)]),
      [['guest', ...tallyHead]],
    ),
    ...section(
      summary.by_filter.map((f) => [
        f.filter,
        String(f.decisions),
        String(f.moves),
        String(f.made_later),
        ...tallyRow(f.later),
      ]),
      [['held back by', 'times', 'moves', 'made later', ...tallyHead]],
    ),
    ...section(
      summary.by_confidence.map((b) => [`${b.from}–${b.to}`, String(b.judged), percent(b.expected), percent(b.actual)]),
      [['confidence', 'judged', 'expected', 'came']],
    ),
    `inside the 90 % interval: gain ${sayShare(inside.gain)}, CPU of the target ${sayShare(inside.target_cpu)}, duration ${sayShare(inside.duration)}`,
    ...(error
      ? [`gain less than expected by ${(-error.mean).toFixed(1)} points in the mean, ${error.absolute.toFixed(1)} off`]
      : []),
    '',
  ].join('\n');
}

const section = (rows: string[][], head: string[][]): string[] =>
  rows.length === 0 ? [] : [columns([...head, ...rows])];

const tallyHead = ['judged', 'beneficial', 'neutral', 'harmful', 'success'];
const tallyRow = (t: Tally): string[] =>
  t.judged === 0
    ? ['0', '–', '–', '–', '–']
    : [String(t.judged), String(t.beneficial), String(t.neutral), String(t.harmful), percent(t.rate)];

const sayTally = (t: Tally): string =>
  t.judged === 0
    ? 'none is judged yet'
    : `${t.judged} judged: ${t.beneficial} beneficial, ${t.neutral} neutral, ${t.harmful} harmful`;

const sayShare = ({ inside, of }: Share): string => (of === 0 ? 'unknown' : `${inside} of ${of}`);

function outcomeRow(o: Outcome): string[] {
  const { predicted, actual } = o.duration_seconds;
  return [
    o.completed_at.slice(0, 16).replace('T', ' '),
    `${o.guest} ${safe(o.name)}`,
    `${safe(o.source_node)} → ${safe(o.target_node)}`,
    o.horizon,
    points(o.expected_gain.expected),
    o.actual_gain === undefined ? '–' : points(o.actual_gain),
    o.verdict ?? 'unjudged',
    `${Math.round(predicted.expected)} (${Math.round(predicted.low)}–${Math.round(predicted.high)})`,
    actual === undefined ? '–' : String(Math.round(actual)),
  ];
}
