import type { Ledger } from '@evenkeel/bus';
import { hours, iso } from '@evenkeel/model';
import { doneOn } from './keys.ts';

/** Tombstones outlive the approvals that could come again: the stream of decisions keeps those for 90 days. */
const keptDays = 91;
/** Days looked back over, should nobody have been there to prune. */
const sweptDays = 7;

/** Removes the tombstones that no approval can come back to. */
export async function prune(cluster: string, now: number, ledger: Ledger): Promise<void> {
  for (let day = keptDays; day < keptDays + sweptDays; day++)
    for (const { key, revision } of await ledger.list(doneOn(cluster, iso(now - hours(24 * day)))))
      await ledger.remove(key, revision);
}
