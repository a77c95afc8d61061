import type { PlanState } from './plan-state.ts';

/**
 * What each hour of a weekday (0 Monday) adds to the CPU of a node beyond the mean of its day, fractions, hour 0 first: by the rhythms
 * of the guests that it has now; undefined where none has one.
 */
export function risesOfDay(state: PlanState, n: number, weekday: number): number[] | undefined {
  const { hours, shaped, week, capacity } = state;
  if (shaped[n] === 0 && week.length === 0) return undefined;
  return Array.from({ length: 24 }, (_, hour) => {
    const beyond = week.length > 0 ? week[n * 168 + weekday * 24 + hour]! : 0;
    return (hours[n * 24 + hour]! + beyond) / capacity[n]!;
  });
}
