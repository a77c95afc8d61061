import type { ApprovedMigration, MigrationSpan } from '@evenkeel/contracts';
import { hours, millis } from '@evenkeel/model';

/** What an event says of the life of a migration; a failure before the start has no start. */
export type Heard =
  | { kind: 'started'; at: string; upid: string }
  | { kind: 'completed' | 'failed' | 'refused'; at: string; upid?: string | undefined };

/** Nothing overlaps with what ended a day ago. */
const kept = hours(24);

/** The span of a migration with one more event of it; the same event twice is one. */
export function extend(before: MigrationSpan | undefined, of: ApprovedMigration, heard: Heard, limit: number) {
  const { migration_id, guest, source_node, target_node, expires_at } = of;
  const fresh = { migration_id, guest, source_node, target_node, expires_at, limit, starts: [], ends: [] };
  const span: MigrationSpan = before ?? fresh;
  if (heard.kind === 'started') {
    if (span.starts.some(({ upid }) => upid === heard.upid)) return span;
    return { ...span, limit, starts: [...span.starts, { at: heard.at, upid: heard.upid }].slice(-4) };
  }
  if (span.ends.some(({ kind }) => kind === heard.kind)) return span;
  const { kind, at, upid } = heard;
  return { ...span, ends: [...span.ends, { kind, at, ...(upid ? { upid } : {}) }] };
}

/** The migrations of which nothing was heard for a day. */
export const outdated = (all: Record<string, MigrationSpan>, now: number): string[] =>
  Object.entries(all).flatMap(([part, { starts, ends }]) => {
    const last = Math.max(...[...starts, ...ends].map(({ at }) => millis(at)));
    return now - last > kept ? [part] : [];
  });
