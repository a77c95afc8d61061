import { benefitOf } from '@evenkeel/model';
import type { Row } from '../../bench/measure.ts';
import { type PlayedDay, playDay, type Setting } from './play-day.ts';
import { type Day, days, haveDays, readDay } from './read-days.ts';
import { type Held, holdForecasts, type Judged, judgeCandidates } from './truth.ts';

const guests = 60;
const settings: readonly (Setting & { seed: number })[] = [
  { start: 'roundrobin', load: 0.52, seed: 1 },
  { start: 'skewed', load: 0.52, seed: 2 },
  { start: 'roundrobin', load: 0.7, seed: 3 },
];
export const intervalAim = { least: 0.85, most: 0.95 };
const mostCalibrationError = 0.1;

/** Replays of recorded days under the shipped preset: `replays` settings of each. */
export async function playDays(chosen: readonly Day[], replays: number): Promise<{ day: Day; played: PlayedDay }[]> {
  const all: { day: Day; played: PlayedDay }[] = [];
  for (const day of chosen)
    for (const { seed, ...setting } of settings.slice(0, replays))
      all.push({ day, played: await playDay(await readDay(day, guests, seed), setting) });
  return all;
}

const kindOf = ({ name }: Day): string => name.split(' ')[0]!;

/** How often intervals of node load held and how honest confidence is, over replays of all recorded days that are there. */
export async function forecastRows(replays: number): Promise<Row[]> {
  if (!haveDays())
    return [{ what: 'forecasts', value: 'not measured', aim: '', beside: 'no recorded loads are there' }];
  const all = await playDays(days, replays);
  const kinds = [...new Set(all.map(({ day }) => kindOf(day)))];
  const groups = [
    ...kinds.map((kind) => ({ kind, of: all.filter(({ day }) => kindOf(day) === kind) })),
    { kind: 'all', of: all },
  ];
  return groups.flatMap(({ kind, of }) => [
    ...intervalRows(
      kind,
      of.map(({ played }) => played),
    ),
    ...confidenceRows(
      kind,
      of.map(({ played }) => played),
    ),
  ]);
}

export const shareInside = (held: readonly Held[]): number =>
  held.filter(({ low, high, actual }) => actual >= low && actual <= high).length / held.length;

/** Of the moves that were made: what the outcomes say of their targets. */
export const heldOutcomes = (played: PlayedDay): Held[] =>
  played.outcomes.flatMap(({ target_cpu: { predicted, actual } }) =>
    predicted && actual !== undefined ? [{ ...predicted, actual }] : [],
  );

function intervalRows(kind: string, played: readonly PlayedDay[]): Row[] {
  const row = (what: string, held: Held[]): Row[] => {
    if (held.length === 0) return [];
    const share = shareInside(held);
    return [
      {
        what: `${kind}: 90 % intervals of node CPU an hour after ${what}`,
        value: `${(100 * share).toFixed(1)} % hold`,
        aim: '85–95 %',
        met: share >= intervalAim.least && share <= intervalAim.most,
        beside: `${held.length} forecasts`,
      },
    ];
  };
  return [
    ...row('a candidate', played.flatMap(holdForecasts)),
    ...row('a move, by its outcome', played.flatMap(heldOutcomes)),
  ];
}

/** What may be said to have turned out well: a benefit, which is what confidence is the chance of, or any gain, however little. */
const truths = {
  gain: ({ gain }: Judged) => Number(gain > 0),
  benefit: ({ verdict }: Judged) => benefitOf(verdict),
};

/** Expected calibration error over ten bins. */
function calibrationError(judged: readonly Judged[], truth: (one: Judged) => number = truths.benefit): number {
  const bins = Object.values(Object.groupBy(judged, ({ confidence }) => Math.min(9, Math.floor(confidence / 10))));
  const off = bins.map((bin) => {
    const said = bin!.reduce((sum, { confidence }) => sum + confidence / 100, 0);
    return Math.abs(said - bin!.reduce((sum, one) => sum + truth(one), 0));
  });
  return off.reduce((a, b) => a + b, 0) / judged.length;
}

function confidenceRows(kind: string, played: readonly PlayedDay[]): Row[] {
  return (['1h', '24h', 'latest'] as const).flatMap((window) => {
    const judged = played.flatMap((one) => judgeCandidates(one, window));
    if (judged.length === 0) return [];
    const error = calibrationError(judged);
    const mean = (of: (one: Judged) => number) =>
      (judged.reduce((sum, one) => sum + of(one), 0) / judged.length).toFixed(2);
    return [
      {
        what: `${kind}: calibration error of confidence, by what came ${window === 'latest' ? 'by the last horizon that was reached' : `within ${window}`}`,
        value: error.toFixed(3),
        aim: mostCalibrationError.toFixed(2),
        met: error <= mostCalibrationError,
        beside: `${judged.length} candidates; said ${mean((j) => j.confidence / 100)}, came ${mean(truths.benefit)}; where any gain counts ${calibrationError(judged, truths.gain).toFixed(3)}`,
      },
    ];
  });
}
