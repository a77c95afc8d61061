import { GuestProfile, type GuestSample, type OpenHour, type OpenHours } from '@evenkeel/contracts';
import { describe, expect, test } from 'vitest';
import { cpuCode, encodeCell, hourMs } from './cell.ts';
import { foldSample } from './fold-sample.ts';
import { localHours } from './local-hours.ts';
import { profileGuests, rememberConclusions } from './profile-guests.ts';
import { clusterSample, guestSample, runSample } from './testing/sample.ts';

const now = Date.UTC(2026, 6, 15, 10, 40);
const hour = Math.floor(now / hourMs);
const local = localHours(hour - 400, 401, 'UTC');
const week = (cpu: number) => encodeCell({ cpu: Array(6).fill(cpuCode(cpu)), mem: 2048, samples: 12 }).repeat(168);

/** Profiles at `now` of guests that were sampled each minute of the last 35. */
function profiles(guests: GuestSample[], histories: [string, { end: number; cells: string }][] = []) {
  const looks = Array.from({ length: 36 }, (_, i) => clusterSample(now - (35 - i) * 60_000, guests));
  const open = looks.reduce<OpenHours | undefined>(
    (before, look) => foldSample(before, look).open,
    undefined,
  ) as OpenHours;
  return profileGuests(runSample(now, guests), open, new Map(histories), local, rememberConclusions());
}

test('a guest seen for half an hour is unknown, with what was seen', () => {
  const [profile] = profiles([guestSample({ cpu: 0.3 })]);
  expect(GuestProfile.parse(profile)).toMatchObject({
    guest: 'qemu/100',
    behavior: 'unknown',
    confidence: 0,
    window_hours: 1,
  });
  expect(profile?.cpu.mean).toBeCloseTo(0.3, 2);
  expect(profile?.cpu.hour).toBeCloseTo(0.3, 2);
  expect(profile?.samples).toBeGreaterThan(30);
});

test('history gives the behaviour, the open hour the last hour', () => {
  const [profile] = profiles(
    [guestSample({ cpu: 0.6, mem: 2 ** 32 })],
    [['qemu/100', { end: hour, cells: week(0.2) }]],
  );
  expect(profile).toMatchObject({ behavior: 'steady', window_hours: 168 });
  expect(profile?.cpu.mean).toBeCloseTo(0.2, 2);
  expect(profile?.cpu.hour).toBeCloseTo((4 * 0.6 + 2 * 0.2) / 6, 1);
  expect(profile?.mem.hour).toBe(4_295_000_000);
});

test('what has not been seen for a day has no last hour and no last day', () => {
  const stopped = guestSample({ status: 'stopped' });
  const past: OpenHour = ['born-once', hour - 30, '', 0, 0, 0, 0, 0, ''];
  const open = { at: new Date(now).toISOString(), gap_ms: 0, guests: { 'qemu/100': past } };
  const histories = new Map([['qemu/100', { end: hour - 30, cells: week(0.2) }]]);
  const [profile] = profileGuests(
    runSample(now, [stopped]),
    open as OpenHours,
    histories,
    local,
    rememberConclusions(),
  );
  expect(profile?.cpu).toMatchObject({ week: expect.closeTo(0.2, 2) });
  expect(profile?.cpu).not.toHaveProperty('hour');
  expect(profile?.cpu).not.toHaveProperty('day');
});

test('guests never seen running and templates have no profile', () => {
  expect(profiles([guestSample({ status: 'stopped' }), guestSample({ guest: 'qemu/7', template: true })])).toEqual([]);
});

test('the order of guests changes nothing', () => {
  const guests = [3, 1, 2].map((i) => guestSample({ guest: `lxc/${i}`, cpu: i / 10 }));
  expect(profiles(guests)).toEqual(profiles([...guests].reverse()));
  expect(profiles(guests).map(({ guest }) => guest)).toEqual(['lxc/1', 'lxc/2', 'lxc/3']);
});

test('a conclusion is drawn once per history and time zone', () => {
  const concluding = rememberConclusions();
  const history = { end: hour, cells: week(0.2) };
  const first = concluding(history, local);
  expect(concluding(history, local)).toBe(first);
  expect(concluding({ ...history }, local)).toEqual(first);
  expect(concluding(history, localHours(hour - 400, 401, 'Asia/Tokyo'))).not.toBe(first);
});

/** The last hour at a moment, of a guest seen every five minutes before, whose CPU is 0.2 and 0.8 in turn and 0.9 in the last reading. */
function lastHourAt(at: number, minutes: number) {
  const from = at - minutes * 60_000;
  const looks = Array.from({ length: minutes / 5 + 1 }, (_, i) => {
    const cpu = i === minutes / 5 ? 0.9 : i % 2 === 0 ? 0.2 : 0.8;
    return clusterSample(from + i * 300_000, [guestSample({ cpu })]);
  });
  const open = looks.reduce<OpenHours | undefined>((before, look) => foldSample(before, look).open, undefined);
  const [profile] = profileGuests(runSample(at, [guestSample()]), open!, new Map(), local, rememberConclusions());
  return profile?.cpu.hour;
}

test.each([
  ['on the hour', now + 20 * 60_000, 90, 0.54],
  ['five minutes after it', now + 25 * 60_000, 90, 0.54],
  ['of its buckets where less was seen', now, 30, 0.51],
])('the last hour is the mean of sixty minutes and no single reading, %s', (_, at, minutes, expected) => {
  expect(lastHourAt(at, minutes)).toBeCloseTo(expected, 1);
});

test('a reading that has just opened a bucket weighs no more than its five minutes', () => {
  const flat = (last: number) => {
    const looks = Array.from({ length: 20 }, (_, i) => {
      const cpu = i === 19 ? last : 0.2;
      return clusterSample(now + (i - 18) * 300_000, [guestSample({ cpu })]);
    });
    const open = looks.reduce<OpenHours | undefined>((before, look) => foldSample(before, look).open, undefined);
    const at = now + 300_000;
    return profileGuests(runSample(at, [guestSample()]), open!, new Map(), local, rememberConclusions())[0]!.cpu.hour!;
  };
  expect(flat(0.8) - flat(0.2)).toBeCloseTo(0.6 / 12, 2);
});

test.each([
  [23, ['day', 'week']],
  [24, ['week']],
  [167, ['week']],
  [168, []],
])('%d hours after it was last seen a guest still has the windows %j', (age, windows) => {
  const at = hour * hourMs;
  const past: OpenHour = ['born-once', hour - age, '', 0, 0, 0, 0, 0, ''];
  const open: OpenHours = { at: new Date(at).toISOString(), gap_ms: 0, guests: { 'qemu/100': past } };
  const histories = new Map([['qemu/100', { end: hour - age, cells: week(0.2) }]]);
  const [profile] = profileGuests(runSample(at, [guestSample()]), open, histories, local, rememberConclusions());
  for (const metric of [profile!.cpu, profile!.mem])
    expect(['hour', 'day', 'week'].filter((window) => window in metric)).toEqual(windows);
});

describe('the open hour of a young guest counts in all that is said of it, that of an old one does not', () => {
  const at = hour * hourMs + 600_000;
  const told = (closed: number, pending = '') => {
    const cell = encodeCell({ cpu: Array(6).fill(cpuCode(0.2)), mem: 2048, samples: 12 });
    const open: OpenHour = ['born-once', hour, '', 600_000, 600_000 * 8100, 600_000, 600_000 * 2048, 10, pending];
    const histories = new Map([['qemu/100', { end: hour, cells: cell.repeat(closed) }]]);
    const guests = { 'qemu/100': open };
    const all: OpenHours = { at: new Date(at).toISOString(), gap_ms: 60_000, guests };
    return profileGuests(runSample(at, [guestSample()]), all, histories, local, rememberConclusions())[0]!;
  };
  test.each([
    [23, 24, 0.81],
    [24, 24, 0.2],
    [30, 30, 0.2],
  ])('with %d hours closed', (closed, hours, max) => {
    const { window_hours, cpu } = told(closed);
    expect([window_hours, cpu.max]).toEqual([hours, expect.closeTo(max, 2)]);
  });
  test('closed hours that no history holds yet count as well', () => {
    const cell = encodeCell({ cpu: Array(6).fill(cpuCode(0.5)), mem: 2048, samples: 12 });
    expect(told(20, cell).window_hours).toBe(22);
    expect(told(22, cell + cell).window_hours).toBe(22);
  });
  test('its last hour is what is open and, by as much less, what was before', () => {
    expect(told(30).cpu.hour).toBeCloseTo((5 * 0.2 + 0.81) / 6, 2);
    expect(told(30).mem.hour).toBe(2_147_000_000);
  });
});
