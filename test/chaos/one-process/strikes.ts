import type { Moment, Trouble } from './trial.ts';
import type { OnPoint } from './turns.ts';

type Striking = Extract<Trouble, { do: 'kill' | 'stop' }>;

/** Counts the points that are passed, and tells when the moment of a kill or a stop has come: each strikes once, whoever passes. */
export function createStrikes(
  troubles: readonly Trouble[],
  strike: (trouble: Striking, ...passing: Parameters<OnPoint>) => void,
) {
  const pending = new Set(troubles.filter((t): t is Striking => t.do === 'kill' || t.do === 'stop'));
  const points = new Map<string, number>();
  const struck: Trouble[] = [];
  let passed = 0;

  const hasCome = ({ point, nth }: Moment, passing: string): boolean =>
    point === undefined ? nth === passed : point === passing && nth === points.get(passing);

  const onPoint: OnPoint = (life, point) => {
    passed++;
    points.set(point, (points.get(point) ?? 0) + 1);
    const trouble = [...pending].find(({ at }) => hasCome(at, point));
    if (!trouble) return;
    pending.delete(trouble);
    struck.push(trouble);
    strike(trouble, life, point);
  };
  return { onPoint, points, struck };
}
