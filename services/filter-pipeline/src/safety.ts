import { clusterObjection } from './cluster-objection.ts';
import { deferred, type Filter, filtered, passed } from './filter.ts';
import { guestObjection } from './guest-objection.ts';
import { scheduledBackup } from './scheduled-backup.ts';
import { targetObjection } from './target-objection.ts';

/** Now, this guest, this target? What cannot be known counts as no. */
export const safety: Filter = (candidate, context) => {
  const wait = clusterObjection(context);
  if (wait) return deferred(wait);
  const guest = guestObjection(candidate, context);
  if (guest) return guest.passes ? deferred(guest.reason) : filtered(guest.reason);
  const backup = scheduledBackup(candidate, context);
  if (backup) return deferred(backup);
  const target = targetObjection(candidate, context);
  return target ? filtered(target) : passed('cluster, guest and target are fit for it');
};
