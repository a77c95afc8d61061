import { type AnyRecord, commands, events, records } from '@evenkeel/contracts';
import { typeOf } from '@evenkeel/runtime';
import type { Skew } from '../scenarios/play.ts';
import { type Shift, shiftVersion } from './shift-version.ts';

type Says = (name: string) => boolean;

/** Optional by their meaning, not because they came later: they say what is so, and without them it is not. */
const facts = new Set(
  `run constraints ha backup lock pool tags maintenance drained nodes strict affinity mandatory purpose exchange parent_id
  approved_by upid started_at target unread conflict_reason limit rollback migration_id`.split(/\s+/),
);

/** Events of these names as another version says them; records and ledger as a newer one has left them. */
export function skewed(how: Shift, says: Says = () => true, keeps = (name: string) => facts.has(name)): Skew {
  const said = [...events, ...commands].filter(({ name }) => says(name));
  const shifts = new Map(said.map((event) => [typeOf(event), shiftVersion(event.data, how, keeps)]));
  const kept = new Map((records as readonly AnyRecord[]).map(({ name, data }) => [name, shiftVersion(data, 'newer')]));
  return {
    event: (type, data) => shifts.get(type)?.(data) ?? data,
    record: (name, value) => (how === 'newer' ? (kept.get(name)?.(value) ?? value) : value),
    entry: (value) =>
      how === 'newer' && typeof value === 'object' && value !== null ? { ...value, x_added_later: true } : value,
  };
}
