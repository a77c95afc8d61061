import type { ApprovedMigration } from '@evenkeel/contracts';
import type { Placement } from '@evenkeel/model';
import { z } from 'zod';
import type { Execution } from './execution.ts';

/** What became of a migration, as its tombstone keeps it; those of older versions say less. */
const Tombstone = z.object({
  at: z.string(),
  run_id: z.string(),
  guest: z.string(),
  kind: z.enum(['completed', 'failed', 'refused']),
});

export type Tombstone = z.output<typeof Tombstone>;

/** Another migration of the cluster: one that waits may still come to nothing, one that moves is as good as there. */
export type OtherMove = { run_id: string; guest: string } & (
  | { stage: 'waits' | 'moves'; target_node: string; leads_back: boolean }
  | { stage: 'over'; kind: Tombstone['kind'] }
);

const begun: readonly Execution['state'][] = ['starting', 'running', 'validating'];

/** What an execution in the ledger is to the others. */
export function moveOf(execution: Execution): OtherMove {
  const { state, migration } = execution;
  const back = state === 'ended' ? execution.ending.back : undefined;
  const { run_id, guest, target_node, parent_id } = back ?? migration;
  if (state === 'ended' && !back) return { run_id, guest, stage: 'over', kind: execution.ending.kind };
  return {
    run_id,
    guest,
    stage: begun.includes(state) ? 'moves' : 'waits',
    target_node,
    leads_back: parent_id !== undefined,
  };
}

/** What a tombstone says of its migration; null where it is of an older version. */
export function moveOfTombstone(value: unknown): OtherMove | null {
  const { data } = Tombstone.safeParse(value);
  return data ? { run_id: data.run_id, guest: data.guest, stage: 'over', kind: data.kind } : null;
}

type Bound = Pick<ApprovedMigration, 'guest' | 'target_node'> & Pick<Partial<ApprovedMigration>, 'companions'>;
type Foreseen = {
  placement: Placement;
  /** Companions that are still to come to the target. */
  follow: string[];
  /** Companions whose own migration has ended elsewhere; then nobody is waited for. */
  lost: string[];
};

/** Where guests are once all that is under way, or on its way back, has arrived; and what is to be expected of companions. */
export function foresee(
  { guest, target_node, companions = [] }: Bound,
  moves: readonly OtherMove[],
  now: Placement,
): Foreseen {
  const others = moves.filter((move) => move.guest !== guest);
  const placement = { ...now };
  for (const move of others)
    if (move.stage === 'moves' || (move.stage === 'waits' && move.leads_back)) placement[move.guest] = move.target_node;
  const away = companions.filter((id) => placement[id] !== undefined && placement[id] !== target_node);
  const expected = away.map((id) => ({ id, own: others.filter((move) => move.guest === id) }));
  const comes = ({ own }: (typeof expected)[number]) =>
    own.length === 0 ||
    own.some((move) => move.stage === 'waits' && !move.leads_back && move.target_node === target_node);
  const lost = expected.filter((one) => !comes(one)).map(({ id, own }) => `that of ${id} ${endOf(own)}`);
  return { placement, lost, follow: lost.length > 0 ? [] : expected.map(({ id }) => id) };
}

function endOf(own: readonly OtherMove[]): string {
  const elsewhere = own.find((move) => move.stage !== 'over');
  if (elsewhere) return `leads to ${elsewhere.target_node}`;
  const kinds = own.flatMap((move) => (move.stage === 'over' ? [move.kind] : []));
  const said = { refused: 'was refused', failed: 'failed', completed: 'is over' };
  return said[kinds.at(-1)!];
}
