import { asTroubles, type Draw, drawFrom } from '../one-process/draw.ts';
import type { Trouble } from '../one-process/trial.ts';
import { nodesOf, type Size, vmidsOf } from './soak-cluster.ts';

/** What goes wrong in a day besides what may in a trial, seconds after its beginning. */
export type DayTrouble =
  | Exclude<Trouble, { do: 'kill' | 'stop' | 'repeat' | 'publish' | 'pause' | 'observe' | 'resume' | 'stumble' }>
  /** A process is killed, or stands still, at its nth call after this moment. */
  | { do: 'strike'; process: string; how: 'kill' | 'stop'; nth: number; for_s: number; after_s: number }
  /** So many percent of what is published are refused, or carried out and not answered. */
  | { do: 'mumble'; percent: number; after_s: number; for_s: number }
  /** People ask for something, and later that it be as before. */
  | { do: 'ask'; what: 'pause' | 'observe' | 'drain'; node: string; after_s: number; for_s: number }
  /** What was said last is said once more. */
  | { do: 'echo'; after_s: number }
  /** Another configuration is put in force for a while. */
  | { do: 'configure'; max_concurrent: number; after_s: number; for_s: number };

export const processes = [
  'collector',
  'profiler',
  'scorer',
  'recommender',
  'filter-pipeline',
  'outcome-tracker',
  'replica0',
  'replica1',
] as const;

type Spot = { draw: Draw; after_s: number; nodes: string[]; vmids: number[] };

const weather = ({ draw, after_s, nodes }: Spot): DayTrouble[] => {
  const when = { after_s, for_s: draw.from(20, 240) };
  const node = draw.one(nodes);
  return asTroubles([
    draw.one([
      { kind: 'slow' as const, delay_ms: 30_000, ...when },
      { kind: 'error' as const, status: draw.one([500, 502, 503, 595, 596]), message: 'got timeout', ...when },
      { kind: 'cut' as const, ...when },
      { kind: 'unauthorized' as const, ...when },
      { kind: 'no_quorum' as const, ...when },
      { kind: 'node_silent' as const, node, ...when },
      { kind: 'node_down' as const, node, how: draw.one(['refused', 'hung'] as const), ...when },
      { kind: 'maintenance' as const, node, after_s, for_s: draw.from(600, 2400) },
      { kind: 'clock_off' as const, node, seconds: draw.one([-3600, 3600]), ...when },
      { kind: 'surge' as const, vmid: 101, level: 0.95, ...when },
    ]),
  ]) as DayTrouble[];
};

/** What becomes of the next migration that starts, whosever it is; who breaks a lock mends it a quarter of an hour later. */
const fate = ({ draw, after_s, nodes }: Spot): DayTrouble[] => {
  const next = { after_s, for_s: 3600, times: 1 };
  return asTroubles([
    draw.one([
      { kind: 'refuse' as const, ...next, status: draw.one([500, 503, 595, 596]) },
      { kind: 'lost_answer' as const, ...next, how: draw.one(['timeout', 'cut', 'silence', 'empty'] as const) },
      { kind: 'fail' as const, ...next, at: draw.one(['start', 'transfer', 'switch_over'] as const) },
      { kind: 'fail_after' as const, ...next },
      { kind: 'warns' as const, ...next },
      { kind: 'never_converge' as const, ...next },
      { kind: 'ha_ignores' as const, ...next },
      { kind: 'ha_delays' as const, ...next, delay_s: draw.from(30, 600) },
      { kind: 'maintenance' as const, node: draw.one(nodes), after_s, for_s: draw.from(600, 2400) },
    ]),
  ]) as DayTrouble[];
};

/** A person does something to a guest, and half an hour later undoes it. */
const hand = ({ draw, after_s, nodes, vmids }: Spot): DayTrouble[] => {
  const vmid = draw.one(vmids);
  const undone = { kind: 'by_hand' as const, vmid, after_s: after_s + draw.from(300, 1800) };
  return asTroubles(
    draw.one([
      [
        { kind: 'by_hand' as const, vmid, after_s, does: 'stop' as const },
        { ...undone, does: 'start' as const },
      ],
      [
        { kind: 'by_hand' as const, vmid, after_s, does: 'lock' as const },
        { ...undone, does: 'unlock' as const },
      ],
      [{ kind: 'by_hand' as const, vmid, after_s, does: 'move' as const, target: draw.one(nodes) }],
      [{ kind: 'by_hand' as const, vmid: draw.one(vmids.slice(-20)), after_s, does: 'delete' as const }],
    ]),
  ) as DayTrouble[];
};

const strike = ({ draw, after_s }: Spot): DayTrouble[] => [
  {
    do: 'strike',
    process: draw.one(processes),
    how: draw.below(4) === 0 ? 'stop' : 'kill',
    nth: draw.from(1, 60),
    for_s: draw.from(1, 75),
    after_s,
  },
];
const outage = ({ draw, after_s }: Spot): DayTrouble[] => [
  {
    do: 'outage',
    of: draw.one(['bus', 'store'] as const),
    after_s,
    for_s: draw.from(5, 120),
    ...(draw.below(2) === 0 ? { only: 'writes' as const } : {}),
  },
];
const forget = ({ draw, after_s }: Spot): DayTrouble[] => [
  { do: 'forget', what: draw.one(['all', 'last second'] as const), after_s: after_s + draw.below(10) / 10 },
];
const mumble = ({ draw, after_s }: Spot): DayTrouble[] => [
  { do: 'mumble', percent: draw.from(10, 60), after_s, for_s: draw.from(60, 900) },
];
const garble = ({ draw, after_s }: Spot): DayTrouble[] => [
  { do: 'garble', percent: draw.from(1, 20), after_s, for_s: draw.from(30, 300) },
];
const poison = ({ draw, after_s }: Spot): DayTrouble[] => [
  { do: 'poison', how: draw.one(['no data', 'unknown type', 'unknown version', 'wrong data'] as const), after_s },
];
const clock = ({ draw, after_s }: Spot): DayTrouble[] => {
  const replica = draw.below(2);
  const back = { do: 'clock' as const, replica, off_s: 0, after_s: after_s + draw.from(60, 600) };
  return [{ do: 'clock', replica, off_s: draw.one([-3600, 3600]), after_s }, back];
};
const ask = ({ draw, after_s, nodes }: Spot): DayTrouble[] => [
  {
    do: 'ask',
    what: draw.one(['pause', 'observe', 'drain'] as const),
    node: draw.one(nodes),
    after_s,
    for_s: draw.from(300, 1500),
  },
];
const configure = ({ draw, after_s }: Spot): DayTrouble[] => [
  { do: 'configure', max_concurrent: draw.from(1, 4), after_s, for_s: draw.from(600, 3600) },
];

const echo = ({ after_s }: Spot): DayTrouble[] => [{ do: 'echo', after_s }];

const kinds = [weather, weather, fate, fate, fate, hand, hand, strike, strike, strike, outage, mumble, garble, echo];
const rare = [forget, poison, clock, ask, configure];

/** Everything that goes wrong in so many hours, from the tenth minute on. */
export function drawDay(seed: number, { hours, per_hour, size }: { hours: number; per_hour: number; size: Size }) {
  const draw = drawFrom(seed);
  const [nodes, vmids] = [nodesOf(size), vmidsOf(size)];
  return Array.from({ length: Math.round(hours * per_hour) }, () => {
    const spot = { draw, after_s: draw.from(600, hours * 3600), nodes, vmids };
    return draw.one(draw.below(5) === 0 ? rare : kinds)(spot);
  }).flat();
}
