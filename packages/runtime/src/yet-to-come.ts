import type { AnyEvent } from '@evenkeel/contracts';

/** Milliseconds by which clocks may differ before what they say is not believed. */
const tolerance_ms = 5 * 60_000;

type Told = { event: AnyEvent; data: unknown; time: string };

/**
 * Why an event must not be believed: a moment that it tells is yet to come, by its own time or, unless it has a clock of its own, that
 * is yet to come by the machine's (`wall_ms`, where that is known). Whoever took it for the latest would take nothing after it.
 */
export function yetToCome({ event, data, time }: Told, wall_ms: number | undefined): string | undefined {
  const moments = event.moments?.(data);
  if (!moments) return undefined;
  const now = Date.parse(time);
  for (const [field, moment] of Object.entries(moments)) {
    const ahead = (typeof moment === 'number' ? moment * 1000 : Date.parse(moment)) - now;
    if (!(ahead <= tolerance_ms)) return sentence(`data.${field} ${moment}`, ahead, `its own time ${time}`);
  }
  if (wall_ms === undefined || event.own_clock === undefined || event.own_clock(data)) return undefined;
  const ahead = now - wall_ms;
  return ahead > tolerance_ms
    ? sentence(
        `time ${time}`,
        ahead,
        `the clock of who reads it, ${new Date(wall_ms).toISOString()}; one of the two clocks is wrong`,
      )
    : undefined;
}

const sentence = (what: string, ahead: number, of: string): string =>
  `its ${what} is ${Math.round(ahead / 1000)} s ahead of ${of}; ${tolerance_ms / 60_000} min are allowed`;
