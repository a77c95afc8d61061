import type { PastMigration, PendingLog } from '@evenkeel/contracts';
import { iso } from '@evenkeel/model';
import { isTaskOk, parseMigrationLog, parseUpid } from '@evenkeel/proxmox';
import { guestOfTask } from './guest-of.ts';

/** A migration that ended before it was watched; undefined where the log only asks HA for one or the task is of another kind. */
export function pastMigration(
  { upid, endtime, status }: PendingLog,
  lines: readonly string[],
): PastMigration | undefined {
  const parts = parseUpid(upid);
  const guest = parts && guestOfTask(parts);
  if (!parts || !guest) return undefined;
  const { target, transfer } = parseMigrationLog(lines);
  return {
    upid,
    guest,
    source: parts.node,
    ...(target !== undefined && { target }),
    started_at: iso(parts.starttime * 1000),
    ended_at: iso(Math.max(endtime, parts.starttime) * 1000),
    ok: isTaskOk(status),
    ...(transfer && { transfer }),
  };
}
