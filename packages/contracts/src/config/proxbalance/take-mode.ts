import type { Option } from '../option.ts';
import { convertValue } from './convert-value.ts';
import { added, type Change, changed, type Draft, notUnderstood } from './draft.ts';

const unsafe = 'a window or its time zone was not understood, and to act without it would be unsafe';
const careful = 'an import moves nothing by itself: look at its decisions, stop ProxBalance, then set it to false';

function chooseMode(draft: Draft, understood: boolean): Change {
  const path = 'automated_migrations.enabled';
  const found = draft.take(path);
  const on = convertValue(found ?? false, { type: 'boolean' });
  const enabled = 'value' in on && on.value === true;
  const mode = enabled && understood ? 'auto' : 'recommend';
  draft.put('mode', mode);
  if (found === undefined) return added('mode', mode, 'the file does not say that it may act');
  if ('refused' in on) return notUnderstood(path, found, `mode = ${mode}`, on.refused);
  const why = enabled && !understood ? unsafe : 'how far it goes by itself is a mode here';
  return changed(path, found, `mode = ${mode}`, why);
}

/** Takes whether it may act. Whatever the file says, nothing moves before somebody says so here. */
export function takeMode(draft: Draft, understood: boolean): void {
  draft.note(chooseMode(draft, understood));
  const path = 'automated_migrations.dry_run';
  const found = draft.take(path);
  draft.put(path, true);
  if (found !== undefined && found !== true) draft.note(changed(path, found, `${path} = true`, careful));
}

/** Takes how often the cluster is looked at, there in minutes. */
export function takeInterval(draft: Draft, option: Option): void {
  const path = 'collection_interval_minutes';
  const to = 'collection.sample_interval_seconds';
  const found = draft.take(path);
  if (found === undefined) return;
  const read = convertValue(found, { type: 'number' });
  const seconds = 'value' in read ? convertValue(Number(read.value) * 60, option) : read;
  if ('refused' in seconds) {
    draft.note(notUnderstood(path, found, `${to} = ${option.default}, the default`, seconds.refused));
    return;
  }
  draft.put(to, seconds.value);
  const why = seconds.why ? `seconds, ${seconds.why}: a look costs a few calls here` : 'seconds here';
  draft.note(changed(path, found, `${to} = ${seconds.value}`, why));
}
