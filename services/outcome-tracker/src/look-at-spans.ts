import type { MigrationSpan } from '@evenkeel/contracts';
import { millis } from '@evenkeel/model';
import { brokenWhileRunning } from './at-once.ts';
import { type Broken, telling, untold } from './breach.ts';
import { endless } from './endless.ts';

export type Looked = { broken: Broken[]; changed: MigrationSpan[]; forgotten: string[] };

/** What those without an end break at this time, each said once: who runs beside whom, and whose end is long due, which is then forgotten. */
export function lookAtSpans(spans: readonly MigrationSpan[], at: string): Looked {
  const crowded = untold(brokenWhileRunning(spans, millis(at)), spans);
  const looked: Looked = { broken: [...crowded], changed: [], forgotten: [] };
  for (const before of spans) {
    const overdue = endless(before, at);
    const after = telling(before, crowded);
    if (overdue?.broken) {
      looked.broken.push(overdue.broken);
      looked.forgotten.push(before.migration_id);
    } else if (overdue && before.overdue_since === undefined)
      looked.changed.push({ ...after, overdue_since: overdue.overdue_since });
    else if (after !== before) looked.changed.push(after);
  }
  return looked;
}
