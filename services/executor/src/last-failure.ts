import { Time } from '@evenkeel/contracts';
import { type FailedMove, isAhead, millis } from '@evenkeel/model';
import { z } from 'zod';
import type { Execution } from './execution.ts';
import { failureKey } from './keys.ts';
import type { Outside } from './outside.ts';

const Failed = z.object({
  migration_id: z.string(),
  guest: z.string(),
  source_node: z.string(),
  target_node: z.string(),
  at: Time,
  reason: z.string(),
});

const longest = 240;

/** What is to be remembered of a migration once it is over; null where it has not failed. */
export function failureOf(execution: Execution): FailedMove | null {
  if (execution.state !== 'ended' || execution.ending.kind !== 'failed') return null;
  const { migration_id, guest, source_node, target_node } = execution.migration;
  const { at, reason } = execution.ending;
  return { migration_id, guest, source_node, target_node, at, reason: reason.slice(0, longest) };
}

/** The migration of the cluster that failed last, or null; the approvals that are left are held against it. */
export const readFailure = async (outside: Pick<Outside, 'ledger' | 'cluster'>): Promise<FailedMove | null> =>
  (await kept(outside)).failed;

async function kept({ ledger, cluster }: Pick<Outside, 'ledger' | 'cluster'>) {
  const entry = await ledger.get(failureKey(cluster));
  return { entry, failed: Failed.safeParse(entry?.value).data ?? null };
}

/** Remembers a failure before anything that it held is free, unless a later one is known; one of a time that is yet to come is not later. */
export async function noteFailure(
  execution: Execution,
  outside: Pick<Outside, 'ledger' | 'cluster' | 'proxmox'>,
): Promise<void> {
  const { now } = outside.proxmox.clock();
  const rank = ({ at }: FailedMove) => (isAhead(at, now) ? Number.NEGATIVE_INFINITY : millis(at));
  const failure = failureOf(execution);
  for (let noted = failure === null; failure !== null && !noted; ) {
    const { entry, failed } = await kept(outside);
    if (failed && rank(failed) >= rank(failure)) return;
    const key = failureKey(outside.cluster);
    const written = await (entry
      ? outside.ledger.update(key, failure, entry.revision)
      : outside.ledger.create(key, failure));
    noted = written !== null;
  }
}
