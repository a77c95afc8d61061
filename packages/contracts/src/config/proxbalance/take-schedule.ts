import { days } from '../automated-migrations.ts';
import { isTimeZone } from '../section.ts';
import { convertValue } from './convert-value.ts';
import { added, type Change, changed, type Draft, dropped, isSection, notUnderstood } from './draft.ts';

const schedule = 'automated_migrations.schedule';

const clock = (value: unknown): string | undefined => {
  const [, hour, minute] = typeof value === 'string' ? (/^(\d{1,2}):(\d{2})(?::00)?$/.exec(value.trim()) ?? []) : [];
  const text = `${hour?.padStart(2, '0')}:${minute}`;
  return /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/.test(text) ? text : undefined;
};

const day = (value: unknown) => {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return word.length < 3 ? undefined : days.find((name) => name.startsWith(word));
};

type Window = {
  name: string;
  enabled: boolean;
  days: string[];
  start_time: string;
  end_time: string;
  timezone?: string;
};

const options = ['name', 'enabled', 'days', 'start_time', 'end_time', 'timezone'];
const isComment = (key: string) => key.startsWith('_');
const quoted = (key: string) => JSON.stringify(key.slice(0, 60));

/** The window, or why it cannot be understood: a key that is not known may turn its meaning round. */
function readWindow(found: Record<string, unknown>, name: string): Window | string {
  const unknown = Object.keys(found).filter((key) => !options.includes(key) && !isComment(key));
  if (unknown.length > 0) return `no such option is known: ${unknown.map(quoted).join(', ')}`;
  const enabled = convertValue(found.enabled ?? true, { type: 'boolean' });
  if (!('value' in enabled)) return 'enabled is neither true nor false';
  const list = Array.isArray(found.days) ? found.days.map(day) : [];
  const known = days.filter((name) => list.includes(name));
  if (list.length === 0 || list.includes(undefined)) return 'its days are not names of days';
  const [start_time, end_time] = [clock(found.start_time), clock(found.end_time)];
  if (start_time === undefined || start_time === '24:00') return 'start_time is not a time of day as HH:MM';
  if (end_time === undefined) return 'end_time is not a time of day as HH:MM';
  if (start_time === end_time) return 'start_time and end_time are the same';
  const { timezone } = found;
  const zone = timezone === undefined || timezone === null || timezone === '' ? undefined : timezone;
  if (zone !== undefined && !(typeof zone === 'string' && isTimeZone(zone))) return 'its timezone is not known';
  const named = typeof found.name === 'string' && found.name !== '' ? found.name : name;
  const window = { name: named, enabled: enabled.value === true, days: known, start_time, end_time };
  return zone === undefined ? window : { ...window, timezone: zone };
}

const said = ({ name, days, start_time, end_time, timezone, enabled }: Window) =>
  [
    JSON.stringify(name),
    ...days,
    `${start_time}-${end_time}`,
    ...(timezone ? [timezone] : []),
    ...(enabled ? [] : ['off']),
  ].join(' ');

const overnight =
  'it belongs to the day on which it opens and ends the next morning; there, the day of each moment counted';

/** What of a window that was understood is not as it was. */
function differences(path: string, found: Record<string, unknown>, window: Window): Change[] {
  const as = (key: string, value: unknown) =>
    JSON.stringify(found[key]) === JSON.stringify(value) || (key === 'enabled' && found.enabled === undefined);
  return [
    ...Object.keys(found)
      .filter(isComment)
      .map((key) => dropped(`${path}.${key}`, found[key], 'nothing', 'a comment')),
    ...(Object.entries(window).every(([key, value]) => as(key, value))
      ? []
      : [changed(path, found, said(window), 'written as it is written here')]),
    ...(window.end_time < window.start_time ? [changed(path, found, said(window), overnight)] : []),
  ];
}

/** The window; or null where it could not be understood although it was on. */
function takeWindow(draft: Draft, path: string, name: string): Window | null | undefined {
  const found = draft.take(path);
  const window = isSection(found) ? readWindow(found, name) : 'not a window';
  if (typeof window === 'string') {
    draft.note(notUnderstood(path, found, 'no window', window));
    return isSection(found) && found.enabled === false ? undefined : null;
  }
  draft.note(...differences(path, found as Record<string, unknown>, window));
  return window;
}

function takeWindows(draft: Draft, kind: 'migration_windows' | 'blackout_windows'): boolean {
  const path = `${schedule}.${kind}`;
  if (!draft.has(path)) return true;
  const count = draft.length(path);
  if (count === undefined) {
    draft.note(notUnderstood(path, draft.take(path), 'no windows', 'not a list'));
    return false;
  }
  const windows = Array.from({ length: count }, (_, i) => takeWindow(draft, `${path}[${i}]`, `window ${i + 1}`));
  draft.take(path);
  draft.put(
    path,
    windows.filter((window) => window !== null && window !== undefined),
  );
  return !windows.includes(null);
}

function takeZone(draft: Draft): boolean {
  const path = `${schedule}.timezone`;
  const found = draft.take(path);
  if (found === undefined) return true;
  if (typeof found !== 'string' || !isTimeZone(found)) {
    draft.note(notUnderstood(path, found, `${path} = UTC, the default`, 'not the name of a time zone'));
    return false;
  }
  draft.put(path, found);
  const [cluster] = (draft.get('clusters') ?? []) as Record<string, unknown>[];
  if (cluster) {
    cluster.timezone = found;
    draft.note(added('clusters[0].timezone', found, 'hours of the day are learned in the time zone of the schedule'));
  }
  return true;
}

/** Takes the windows; false where one could not be understood, so that more would be allowed than before. */
export function takeSchedule(draft: Draft): boolean {
  const zone = takeZone(draft);
  const allowed = takeWindows(draft, 'migration_windows');
  const forbidden = takeWindows(draft, 'blackout_windows');
  return zone && allowed && forbidden;
}
