import type { Config, Counterfactual, HeldMove, Horizon } from '@evenkeel/contracts';
import { millis } from '@evenkeel/model';
import { sum } from '../count.ts';
import { horizons } from '../horizons.ts';
import { gainOf, verdictOf } from '../judge.ts';
import type { Survey } from '../survey.ts';
import { observeHeld } from './observe-held.ts';

type Prices = Config['penalty_config'];
type Place = { is: 'waiting' } | { is: 'unclear' } | { is: 'made' } | { is: 'over'; reason: string };

/** Null once there is nothing more to judge. */
export type TrackedHeld = { held: HeldMove | null; judged: Counterfactual[] };

/** So many looks at a window are enough to judge it by; the record changes no more often. */
const looks = 20;

function placeOf(held: HeldMove, { guests, whole }: Survey): Place {
  const guest = guests.get(held.guest);
  if (!guest) return whole ? { is: 'over', reason: `${held.guest} is gone` } : { is: 'unclear' };
  if (held.identity !== undefined && guest.identity !== held.identity)
    return { is: 'over', reason: `${held.guest} is another guest now` };
  if (guest.node === held.target_node) return { is: 'made' };
  if (guest.node !== held.source_node) return { is: 'over', reason: `moved to ${guest.node}` };
  if (guest.status === 'unknown') return { is: 'unclear' };
  return guest.status === 'running' ? { is: 'waiting' } : { is: 'over', reason: `${held.guest} is ${guest.status}` };
}

function countHeld(held: HeldMove, survey: Survey): HeldMove {
  const at = millis(survey.at);
  const age = at - millis(held.held_at);
  const since = held.counted_at === undefined ? Number.POSITIVE_INFINITY : at - millis(held.counted_at);
  const due = horizons.filter(
    ({ horizon, from, to }) => held.open[horizon] && age >= from && age <= to && since >= (to - from) / looks,
  );
  const seen = due.length > 0 && since > 0 ? observeHeld(held, survey) : null;
  if (!seen) return held;
  const open = { ...held.open };
  for (const { horizon } of due) open[horizon] = sum(open[horizon]!, seen);
  const identity = held.identity ?? survey.guests.get(held.guest)?.identity;
  return { ...held, open, counted_at: survey.at, ...(identity === undefined ? {} : { identity }) };
}

/** What the move would have brought by a horizon; undefined where its window showed nothing. */
function judgeHeld(
  held: HeldMove,
  horizon: Horizon,
  judged_at: string,
  prices: Prices,
  closed_early?: string,
): Counterfactual | undefined {
  const sums = held.open[horizon];
  const gain = sums ? gainOf(sums, prices) : null;
  if (gain === null) return undefined;
  const { open: _, identity: __, trace: ___, planned_after: ____, counted_at: _____, ...about } = held;
  const { expected } = held.expected_gain;
  return {
    ...about,
    horizon,
    judged_at,
    ...(closed_early === undefined ? {} : { closed_early }),
    would_have_gained: gain,
    error: gain - expected,
    verdict: verdictOf(gain, expected),
  };
}

const openOf = ({ open }: HeldMove) => horizons.filter(({ horizon }) => open[horizon] !== undefined);

/** Ends the watch early: the next horizon is judged by what its window has shown, the later ones are left out. */
function closeHeld(held: HeldMove, at: string, prices: Prices, reason: string): TrackedHeld {
  const next = openOf(held)[0];
  const last = next && judgeHeld(held, next.horizon, at, prices, reason);
  return { held: null, judged: last ? [last] : [] };
}

/** Counts a look at the cluster towards a move that was held back, and judges the horizons that are due; one that was made is judged as such. */
export function trackHeld(held: HeldMove, survey: Survey, prices: Prices): TrackedHeld {
  const age = millis(survey.at) - millis(held.held_at);
  if (age < 0) return { held, judged: [] };
  const place = placeOf(held, survey);
  if (place.is === 'made') return { held: null, judged: [] };
  if (place.is === 'over') return closeHeld(held, survey.at, prices, place.reason);
  const counted = place.is === 'waiting' ? countHeld(held, survey) : held;
  const due = openOf(counted).filter(({ to }) => age >= to);
  if (due.length === 0) return { held: counted, judged: [] };
  const left = Object.fromEntries(Object.entries(counted.open).filter(([h]) => !due.some((d) => d.horizon === h)));
  return {
    held: Object.keys(left).length > 0 ? { ...counted, open: left } : null,
    judged: due.flatMap(({ horizon }) => judgeHeld(counted, horizon, survey.at, prices) ?? []),
  };
}
