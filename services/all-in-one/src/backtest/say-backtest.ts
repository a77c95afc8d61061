import { columns } from '../commands/columns.ts';
import type { Played } from './play-config.ts';

const share = (fraction: number, digits: number): string => `${(100 * fraction).toFixed(digits)} %`;

const rowOf = (p: Played): string[] => [
  p.name,
  String(p.moves),
  share(p.over_85, 2),
  p.gib_moved.toFixed(1),
  p.regret_known === 0 ? '–' : `${p.regrets} of ${p.regret_known}`,
  share(p.lost, 3),
  String(p.ping_pong),
  share(p.highest, 0),
  p.spread.toFixed(1),
];

/** Rows side by side: the same time and loads, without balancing, as it was, and under each configuration. */
export function sayBacktest(cluster: string, note: string, rows: readonly Played[]): string {
  const [first] = rows;
  const head = ['', 'moves', '≥ 85 %', 'GiB moved', 'regrets', 'lost', 'ping-pong', 'highest', 'spread'];
  const hours = first ? (Date.parse(first.to) - Date.parse(first.from)) / 3_600_000 : 0;
  return [
    `cluster ${cluster}, ${note}: ${first?.samples ?? 0} samples, ${first?.from} to ${first?.to} (${hours.toFixed(1)} h)`,
    '',
    columns([head, ...rows.map(rowOf)]),
    'highest: greatest demand of a node, of its cores; spread: standard deviation over the nodes, points',
    '',
  ].join('\n');
}
