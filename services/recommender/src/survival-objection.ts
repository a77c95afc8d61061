import { moveResident, type Residences, survivalOf } from '@evenkeel/model';
import type { Planning } from './planned-move.ts';
import { residencesOf } from './residences-of.ts';

const MiB = 2 ** 20;

type Plan = Pick<Planning, 'state' | 'config' | 'caps'>;

const residencesNow = (planning: Plan): Residences =>
  new Map(
    Object.entries(residencesOf(planning)).map(([node, { guest_mib, ...rest }]) => [
      node,
      { ...rest, guests: guest_mib.map((mib) => mib * MiB) },
    ]),
  );

const isAsked = ({ config }: Plan): boolean => config.automated_migrations.safety_checks.require_n_plus_1;

/** Where N+1 is asked for, what stands against a guest of so many bytes that begins on a node: that the loss of a node is survived worse. */
export function newcomerObjection(planning: Plan, bytes: number): (node: string) => string | undefined {
  if (!isAsked(planning)) return () => undefined;
  const before = residencesNow(planning);
  const { short_bytes: least } = survivalOf(before);
  return (node) => {
    const { short_bytes, reason } = survivalOf(moveResident(before, 'none yet', node, bytes));
    return short_bytes > least ? `${reason} (require_n_plus_1)` : undefined;
  };
}

/**
 * Where N+1 is asked for, what stands against some guests on a node as the plan's state is now: that one of them after the other makes the
 * loss of a node worse, which the safety filter would refuse. Undefined where nothing does.
 */
export function survivalObjection(planning: Planning, unit: readonly number[]): (n: number) => string | undefined {
  const { state } = planning;
  if (!isAsked(planning)) return () => undefined;
  const before = residencesNow(planning);
  const short = survivalOf(before).short_bytes;
  return (n) => {
    let [residences, least] = [before, short];
    for (const g of unit) {
      const [source, target] = [state.nodes[state.where[g]!]!.node, state.nodes[n]!.node];
      residences = moveResident(residences, source, target, state.guests[g]!.prediction.mem_bytes);
      const { short_bytes, reason } = survivalOf(residences);
      if (short_bytes > least) return `${reason} (require_n_plus_1)`;
      least = short_bytes;
    }
    return undefined;
  };
}
