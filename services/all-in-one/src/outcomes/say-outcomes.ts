import type { Outcome } from '@evenkeel/contracts';
import { columns, percent, points } from '../commands/columns.ts';
import { safe } from '../demo/tell.ts';
import { sayBands } from './say-bands.ts';
import type { OutcomesSummary, Share, Tally } from './summarize-outcomes.ts';

/** The summary for a reader; the latest migrations one by one, then what they say together. */
export function sayOutcomes(summary: OutcomesSummary, last: number): string {
  const { outcomes, all, inside, gain_error: error } = summary;
  if (outcomes.length + summary.by_filter.length + summary.by_pair.length + summary.by_guest.length === 0)
    return 'no outcome is recorded yet\n';
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
    ...(summary.by_confidence.length > 0 ? [sayBands(summary.by_confidence)] : []),
    `inside the 90 % interval: gain ${sayShare(inside.gain)}, CPU of the target ${sayShare(inside.target_cpu)}, duration ${sayShare(inside.duration)}`,
    ...(error ? [sayError(error)] : []),
    '',
  ].join('\n');
}

const sayError = ({ mean, absolute }: { mean: number; absolute: number }): string =>
  `gains came ${Math.abs(mean).toFixed(1)} points ${mean < 0 ? 'lower' : 'higher'} than expected in the mean; each was ${absolute.toFixed(1)} off`;

const section = (rows: string[][], head: string[][]): string[] =>
  rows.length === 0 ? [] : [columns([...head, ...rows])];

const tallyHead = ['judged', 'beneficial', 'neutral', 'harmful', 'failed', 'success'];
const tallyRow = (t: Tally): string[] =>
  t.judged === 0
    ? ['0', '–', '–', '–', '–', '–']
    : [String(t.judged), String(t.beneficial), String(t.neutral), String(t.harmful), String(t.failed), percent(t.rate)];

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
