import type { ApprovedMigration, MigrationSpan } from '@evenkeel/contracts';
import { hours, millis } from '@evenkeel/model';

/** What an event says of the life of a migration; a failure before the start has no start. */
export type Heard =
  | {
      kind: 'started';
      at: string;
      upid: string;
      deadline_at?: string | undefined;
      /** How many might run at once when its request was sent, where that was said. */
      limit?: number | undefined;
      along_with?: string | undefined;
    }
  | { kind: 'completed' | 'failed' | 'refused'; at: string; upid?: string | undefined };

/** Nothing overlaps with what ended a day ago. */
const kept = hours(24);

/** What the configuration allows where the event was said; `cooldown_minutes` where it is also that of the approval. */
export type Allowed = { limit: number; cooldown_minutes?: number };

/** The span of a migration with one more event of it; the same event twice is one. */
export function extend(before: MigrationSpan | undefined, of: ApprovedMigration, heard: Heard, allowed: Allowed) {
  const { migration_id, guest, source_node, target_node, expires_at, identity, approved_at, sampled_at } = of;
  const { cooldown_minutes } = allowed;
  const limit = (heard.kind === 'started' ? heard.limit : undefined) ?? allowed.limit;
  const mustMove = of.mandatory !== undefined || of.parent_id !== undefined;
  const fresh = {
    ...{ migration_id, guest, source_node, target_node, expires_at, identity, approved_at, limit },
    ...(sampled_at === undefined ? {} : { sampled_at }),
    ...(cooldown_minutes === undefined || mustMove ? {} : { cooldown_minutes }),
    starts: [],
    ends: [],
  };
  const span: MigrationSpan = before ?? fresh;
  if (heard.kind === 'started') {
    if (span.starts.some(({ upid }) => upid === heard.upid)) return span;
    const { at, upid, deadline_at = span.deadline_at, along_with } = heard;
    return {
      ...span,
      limit,
      ...(deadline_at ? { deadline_at } : {}),
      ...(along_with ? { along_with } : {}),
      starts: [...span.starts, { at, upid }].slice(-4),
    };
  }
  if (span.ends.some(({ kind }) => kind === heard.kind)) return span;
  const { kind, at, upid } = heard;
  return { ...span, ends: [...span.ends, { kind, at, ...(upid ? { upid } : {}) }] };
}

/** The migrations that have ended, of which nothing was heard for a day; those without an end stay until that is told. */
export const outdated = (all: Record<string, MigrationSpan>, now: number): string[] =>
  Object.entries(all).flatMap(([part, { starts, ends }]) => {
    if (ends.length === 0) return [];
    const last = Math.max(...[...starts, ...ends].map(({ at }) => millis(at)));
    return now - last > kept ? [part] : [];
  });
