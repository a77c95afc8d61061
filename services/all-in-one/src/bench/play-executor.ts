import {
  type ApprovedMigration,
  migrationCompleted,
  migrationRefused,
  migrationStarted,
  type Said,
} from '@evenkeel/contracts';
import type { StepLine } from './protocol.ts';

/** What the executor would have said of the results that a step reports; moves that are done leave `open`. */
export function playExecutor(line: StepLine, open: Map<number, ApprovedMigration>): Said[] {
  const at = new Date(line.time * 1000 - 1000).toISOString();
  return line.results.flatMap((result): Said[] => {
    const migration = open.get(result.vmid);
    if (!migration) return [];
    open.delete(result.vmid);
    if (result.status !== 'done') {
      const reason = result.reason ?? result.status;
      return [migrationRefused.of({ migration, refused_at: at, reason, code: 'busy' }, at)];
    }
    const upid = `UPID:${migration.source_node}:bench:${migration.migration_id}:`;
    const duration_seconds = result.seconds ?? 0;
    const started_at = new Date(line.time * 1000 - 1000 - duration_seconds * 1000).toISOString();
    return [
      migrationStarted.of({ migration, started_at, upid, adopted: false }, started_at),
      migrationCompleted.of(
        { migration, started_at, completed_at: at, upid, transfer: { duration_seconds }, warnings: [] },
        at,
      ),
    ];
  });
}
