import {
  type AnyRecord,
  Config,
  clusterProfiled,
  clusterSampled,
  guestHistories,
  historyBackfilled,
  openHours,
} from '@evenkeel/contracts';
import { predictGuest } from '@evenkeel/model';
import { expect, test } from 'vitest';
import { profiler } from './service.ts';
import { guestSample, runSample } from './testing/sample.ts';

const start = Date.UTC(2026, 6, 6, 0, 0, 20);
const config = Config.parse({ clusters: [{ name: 'keel', hosts: ['pve1'], timezone: 'Asia/Tokyo' }] });

/** Keeps what the service writes as the store would: as JSON, checked against the record's schema. */
function memory(record: AnyRecord, kept: Map<string, string>) {
  const read = (part: string) => record.data.parse(JSON.parse(kept.get(part) as string));
  return {
    get: async (part = 'all') => (kept.has(part) ? read(part) : undefined),
    all: async () => Object.fromEntries([...kept.keys()].map((part) => [part, read(part)])),
    set: (value: unknown, part = 'all') => kept.set(part, JSON.stringify(value)),
    remove: (part = 'all') => kept.delete(part),
  };
}

function profilerOf(kept: { open: Map<string, string>; histories: Map<string, string> }) {
  const state = { open: memory(openHours, kept.open), histories: memory(guestHistories, kept.histories) };
  return async (event: typeof clusterSampled | typeof historyBackfilled, data: unknown, recalled = false) => {
    const handle = profiler.handlers.get(event);
    return handle?.({ data: data as never, id: 'x' }, { state, config, cluster: 'keel', recalled } as never);
  };
}

const day = (at: number) => (new Date(at).getUTCHours() === 3 ? 0.7 : 0.1);

test('a week of samples after a week of the past becomes profiles, whatever is read from the store again', async () => {
  const kept = { open: new Map<string, string>(), histories: new Map<string, string>() };
  const on = profilerOf(kept);
  const past = Array.from({ length: 336 }, (_, i) => {
    const at = start - 20_000 - (336 - i) * 1_800_000;
    return [at / 1000, 1800, day(at), 2 ** 30];
  });
  const history = { guest: 'qemu/100', identity: 'born-once', history: past };
  const at = new Date(start).toISOString();
  await on(historyBackfilled, {
    cluster: 'keel',
    at,
    node: 'alpha',
    part: 1,
    node_history: [],
    guests: [history],
    migrations: [],
  });
  let said: Awaited<ReturnType<typeof on>>;
  for (let now = start; now <= start + 24 * 3_600_000; now += 600_000)
    said = await on(clusterSampled, runSample(now, [guestSample({ cpu: day(now) })]));

  expect(said?.map(({ name, time }) => [name, time])).toEqual([
    ['cluster.profiled', new Date(start + 86_400_000).toISOString()],
  ]);
  const { profiles } = clusterProfiled.data.parse(said?.[0]?.data);
  expect(profiles).toMatchObject([{ guest: 'qemu/100', behavior: 'cyclical', period_hours: 24 }]);
  const peak = profiles[0]?.hourly_cpu?.indexOf(Math.max(...(profiles[0].hourly_cpu ?? [])));
  expect(peak).toBe(12);
});

test('a sample that opens no run says nothing', async () => {
  const on = profilerOf({ open: new Map(), histories: new Map() });
  const { run: _, ...sample } = runSample(start, [guestSample()]);
  expect(await on(clusterSampled, sample)).toEqual([]);
});

test('samples that are handled again leave behind what they left at first, and say nothing', async () => {
  const [first, again] = [1, 2].map(() => ({ open: new Map<string, string>(), histories: new Map<string, string>() }));
  const [on, onAgain] = [profilerOf(first!), profilerOf(again!)];
  for (let now = start; now < start + 4 * 3_600_000; now += 600_000) {
    const sample = runSample(now, [guestSample({ cpu: day(now) })]);
    expect(await on(clusterSampled, sample)).toHaveLength(1);
    expect(await onAgain(clusterSampled, sample, true)).toEqual([]);
  }
  expect(again).toEqual(first);
  expect(first?.histories.size).toBe(1);
});

test('another guest under the same id begins without a past', async () => {
  const kept = { open: new Map<string, string>(), histories: new Map<string, string>() };
  const on = profilerOf(kept);
  for (let now = start; now < start + 4 * 3_600_000; now += 600_000)
    await on(clusterSampled, runSample(now, [guestSample({ cpu: 0.9 })]));
  const later = start + 4 * 3_600_000;
  const said = await on(clusterSampled, runSample(later, [guestSample({ cpu: 0.1, identity: 'born-again' })]));
  const { profiles } = clusterProfiled.data.parse(said?.[0]?.data);
  expect(profiles[0]?.cpu.max).toBeCloseTo(0.1, 2);
});

const hours = (n: number) => start + n * 3_600_000;

/** What is predicted, in cores, and said of a guest that always uses 1.9 cores and had so many vCPUs, each for so many hours. */
async function afterSizes(on: ReturnType<typeof profilerOf>, sizes: [vcpus: number, hours: number][]) {
  const cores = 1.9;
  let from = 0;
  let last: ReturnType<typeof runSample> | undefined;
  let said: Awaited<ReturnType<typeof on>>;
  for (const [maxcpu, length] of sizes) {
    for (let now = hours(from); now < hours(from + length); now += 600_000) {
      last = runSample(now, [guestSample({ maxcpu, cpu: cores / maxcpu })]);
      said = await on(clusterSampled, last);
    }
    from += length;
  }
  const [profile] = clusterProfiled.data.parse(said?.[0]?.data).profiles;
  const settings = { prices: config.penalty_config, speed_factor: 1, hour: 0 };
  return { profile: profile!, prediction: predictGuest(last!.guests[0]!, profile, settings) };
}

const anew = () => profilerOf({ open: new Map(), histories: new Map() });

test.each<[string, [number, number][]]>([
  [
    'ten minutes ago',
    [
      [2, 168],
      [4, 1 / 6],
    ],
  ],
  [
    'an hour ago',
    [
      [2, 168],
      [4, 1],
    ],
  ],
  [
    'two days ago',
    [
      [2, 168],
      [4, 48],
    ],
  ],
  [
    'and back',
    [
      [2, 100],
      [4, 50],
      [2, 5],
    ],
  ],
  [
    'to fewer',
    [
      [4, 168],
      [3, 2],
    ],
  ],
  [
    'on its first day',
    [
      [2, 5],
      [4, 1],
    ],
  ],
])('cores stay what they were for a guest that was resized %s', async (_, sizes) => {
  const { profile, prediction } = await afterSizes(anew(), sizes);
  const vcpus = sizes.at(-1)![0];
  for (const fraction of [profile.cpu.min, profile.cpu.max, profile.cpu.p95, profile.cpu.mean, profile.cpu.day])
    expect(fraction! * vcpus).toBeCloseTo(1.9, 1);
  expect(prediction.cores).toBeCloseTo(1.9, 1);
  expect(prediction.next_cores).toBeCloseTo(1.9, 1);
});

test('a past of other sizes agrees with what was seen, whichever is read first', async () => {
  const past = {
    cluster: 'keel',
    at: new Date(start).toISOString(),
    node: 'alpha',
    part: 1,
    node_history: [],
    migrations: [],
    guests: [
      {
        guest: 'qemu/100',
        identity: 'born-once',
        maxcpu: 8,
        history: Array.from({ length: 336 }, (_, i) => [start / 1000 - 20 - (336 - i) * 1800, 1800, 1.9 / 8, 2 ** 30]),
      },
    ],
  };
  const [before, after] = [anew(), anew()];
  await before(historyBackfilled, past);
  await after(clusterSampled, runSample(hours(-0.5), [guestSample({ maxcpu: 4, cpu: 1.9 / 4 })]));
  await after(historyBackfilled, past);
  for (const on of [before, after]) {
    const { profile, prediction } = await afterSizes(on, [[4, 2]]);
    expect(profile.window_hours).toBeGreaterThan(160);
    expect(profile.cpu.week! * 4).toBeCloseTo(1.9, 1);
    expect(prediction.cores).toBeCloseTo(1.9, 1);
  }
});
