import { expect, test } from 'vitest';
import { type Approvals, addApproved, rememberApproval } from './approvals.ts';
import { type CurrentRun, decideRun } from './pipeline.ts';
import { lookAgain } from './queue.ts';
import {
  givenConfig,
  givenFacts,
  givenOccasion,
  givenRecommendation,
  givenRun,
  lightEffect,
  noon,
  vary,
} from './testing/given.ts';

const light = { effect: lightEffect };
const generated = givenRun(
  Array.from({ length: 5 }, (_, i) => givenRecommendation(vary(light, { guest: `qemu/${101 + i}`, rank: i + 1 }))),
);
const config = { automated_migrations: { rules: { grace_period_seconds: 30 } } };
const first = () => decideRun(givenOccasion(generated, { config }), givenFacts(generated));
const order = () => first().approved[0]!;
const started = () => addApproved(undefined, first().approved, generated.recommendations, noon);
const ended = (how: 'completed' | 'failed' | 'refused', seconds = 60): Approvals =>
  rememberApproval(started(), order(), { ended: { at: new Date(noon + seconds * 1000).toISOString(), how } }, noon);
const look = (approvals: Approvals, seconds: number, waiting: CurrentRun = first().waiting, different: object = {}) =>
  lookAgain(waiting, givenFacts(generated, { approvals }), {
    now: noon + seconds * 1000,
    config: givenConfig(vary(config, different)),
  });
const guests = ({ approved }: ReturnType<typeof look>) => approved.map(({ guest }) => guest);

test.each([
  { name: 'nothing while it runs', approvals: started, seconds: 60, next: [] },
  { name: 'nothing within the grace period', approvals: () => ended('completed'), seconds: 89, next: [] },
  { name: 'the next after it', approvals: () => ended('completed'), seconds: 90, next: ['qemu/102'] },
  { name: 'the next at once after a refusal', approvals: () => ended('refused'), seconds: 60, next: ['qemu/102'] },
  { name: 'the next when the approval has expired unused', approvals: started, seconds: 301, next: ['qemu/102'] },
  { name: '[P11] nothing after a failure', approvals: () => ended('failed'), seconds: 600, next: [] },
])('$name', ({ approvals, seconds, next }) => {
  expect(guests(look(approvals(), seconds))).toEqual(next);
});

test('data that is ten minutes old still moves something, older data nothing: the queue closes', () => {
  expect(guests(look(ended('completed'), 600))).toEqual(['qemu/102']);
  const { approved, waiting, closed } = look(ended('completed'), 6 * 3600);
  expect(approved).toEqual([]);
  expect(closed).toBe('the sample that it was decided on is 360 min old, 10 min at most');
  expect(waiting).toMatchObject({ queue: [], generated: { run_id: 'run-1', recommendations: [] } });
});

test('the order has the id of its decision, and leaves the queue', () => {
  const { approved, waiting } = look(ended('completed'), 90);
  expect(approved[0]).toMatchObject({
    migration_id: 'run-1.qemu-102',
    decision_id: 'run-1.qemu-102',
    approved_at: '2026-07-15T12:01:30.000Z',
    sampled_at: '2026-07-15T12:00:00.000Z',
  });
  expect(waiting.queue.map(({ decision_id }) => decision_id)).toEqual([
    'run-1.qemu-103',
    'run-1.qemu-104',
    'run-1.qemu-105',
  ]);
  expect(waiting.generated.recommendations.map(({ guest }) => guest)).toEqual(['qemu/103', 'qemu/104', 'qemu/105']);
});

/** Ends every order as soon as it is given, and counts how many the run brings. */
function playOut(how: 'completed' | 'refused', different: object = {}): string[] {
  let approvals = started();
  let waiting = first().waiting;
  let [now, open] = [noon, [order()]];
  const moved: string[] = [];
  while (open.length > 0 && moved.length < 20) {
    for (const migration of open) {
      moved.push(migration.guest);
      approvals = rememberApproval(approvals, migration, { ended: { at: new Date(now).toISOString(), how } }, now);
    }
    now += 40_000;
    const next = look(approvals, (now - noon) / 1000, waiting, different);
    approvals = addApproved(approvals, next.approved, generated.recommendations, now);
    ({ approved: open, waiting } = next);
  }
  return moved;
}

test('a run never brings more than its limit', () => {
  expect(playOut('completed')).toEqual(['qemu/101', 'qemu/102', 'qemu/103']);
});

test('what was refused leaves its place to the next', () => {
  expect(playOut('refused')).toEqual(['qemu/101', 'qemu/102', 'qemu/103', 'qemu/104', 'qemu/105']);
});

test('the strictest switch wins, also while the queue waits', () => {
  expect(guests(look(ended('completed'), 90, first().waiting, { mode: 'approve' }))).toEqual([]);
  expect(guests(look(ended('completed'), 90, first().waiting, { automated_migrations: { dry_run: true } }))).toEqual(
    [],
  );
});

test('what moved since the sample counts', () => {
  const full = vary(first().waiting, { base: { pve2: { cpu: 0.835, mem: 0.3 } } });
  expect(guests(look(started(), 301, full))).toEqual(['qemu/102']);
  expect(guests(look(ended('completed'), 90, full))).toEqual([]);
});

const single = (vmid: number, rank: number, different: object = {}) =>
  givenRecommendation(vary(light, { guest: `qemu/${vmid}`, rank, ...different }));
const unit = (vmids: number[], rank: number, different: object = {}) =>
  vmids.map((vmid, i) =>
    single(vmid, rank + i, {
      companions: vmids.filter((other) => other !== vmid).map((other) => `qemu/${other}`),
      ...different,
    }),
  );
const at = (cpu: number) => ({ cpu, mem: 0.3, penalty: 100 * cpu ** 2 });
const swap = [
  single(201, 1, {
    source_node: 'pve2',
    target_node: 'pve1',
    exchange: { step: 1, of: 2, with: { guest: 'qemu/101', target_node: 'pve2' } },
    effect: { source_before: at(0.6), source_after: at(0.5), target_before: at(0.8), target_after: at(0.84) },
  }),
  single(101, 2, {
    exchange: { step: 2, of: 2, with: { guest: 'qemu/201', target_node: 'pve1' } },
    effect: { source_before: at(0.84), source_after: at(0.6), target_before: at(0.5), target_after: at(0.7) },
  }),
];

/** What a run moves in the end, everything having completed, or refused where said so; and what is said of the rest. */
function play(recommendations: ReturnType<typeof single>[], rules: object, refused: string[] = []) {
  const run = givenRun(recommendations);
  const config = { automated_migrations: { rules: { grace_period_seconds: 0, ...rules } } };
  const first = decideRun(givenOccasion(run, { config }), givenFacts(run));
  const moved: string[] = [];
  let [known, waiting, open, held] = [
    addApproved(undefined, first.approved, recommendations, noon),
    first.waiting,
    first.approved,
    {},
  ];
  for (let now = noon + 30_000; now < noon + 570_000; now += 30_000) {
    for (const migration of open) {
      const how = refused.includes(migration.guest) ? ('refused' as const) : ('completed' as const);
      if (how === 'completed') moved.push(migration.guest.slice(5));
      known = rememberApproval(known, migration, { ended: { at: new Date(now).toISOString(), how } }, now);
    }
    const next = lookAgain(waiting, givenFacts(run, { approvals: known }), { now, config: givenConfig(config) });
    known = addApproved(known, next.approved, recommendations, now);
    ({ approved: open, waiting } = next);
    if (next.held) held = next.held;
  }
  return [moved.join(' '), Object.values(held)[0]];
}

test.each<[string, ReturnType<typeof single>[], object, string, string | undefined]>([
  [
    'a pair that no longer fits waits for the next run',
    [single(101, 1), single(102, 2), ...unit([103, 104], 3)],
    {},
    '101 102',
    'at most 3 a run, and its turn where one of these is refused',
  ],
  [
    'what comes after it and fits goes',
    [single(101, 1), single(102, 2), ...unit([103, 104], 3), single(105, 5)],
    {},
    '101 102 105',
    'the run has made all of its moves',
  ],
  [
    'a pair that fits goes whole, before what is behind it',
    [single(101, 1), ...unit([102, 103], 2), single(104, 4)],
    {},
    '101 102 103',
    'the run has made all of its moves',
  ],
  ['four where three may', unit([101, 102, 103, 104], 1), {}, '', 'needs 4 moves, a run may make 3'],
  [
    'four that must go may be more than three, and go alone',
    [...unit([101, 102, 103, 104], 1, { mandatory: 'drain' }), single(105, 5)],
    {},
    '101 102 103 104',
    'the run has made all of its moves',
  ],
  [
    'an exchange where one move may be made',
    swap,
    { max_migrations_per_run: 1 },
    '',
    'needs 2 moves, a run may make 1',
  ],
  ['an exchange where two may', [...swap, single(105, 3)], { max_migrations_per_run: 2 }, '201 101', undefined],
])('[P24] companions and exchanges are never split by the limit of a run: %s', (_, all, rules, moved, held) => {
  const [went, why] = play(all, rules);
  expect(went).toBe(moved);
  if (held) expect(why).toBe(held);
});

test.each([
  ['moves together go in one slot', [101, 102], '101 102'],
  ['does not move go one after the other', [], '101'],
  ['moves one of go one after the other', [102, 103], '101'],
])('two of three that belong together and HA %s', (_, managed, approved) => {
  const plain = givenRun(unit([101, 102, 103], 1));
  const ha = { state: 'started', auto_rebalance: false };
  const run = {
    ...plain,
    guests: plain.guests.map((guest) => (managed.includes(guest.vmid) ? { ...guest, ha } : guest)),
    sample: {
      ...plain.sample,
      ha_rules: [
        { rule: 'keep', type: 'resource-affinity', guests: ['qemu/101', 'qemu/102'], affinity: 'positive' } as const,
      ].map((rule) => ({ ...rule, guests: [...rule.guests] })),
    },
  };
  const config = { automated_migrations: { rules: { max_concurrent_migrations: 1 } } };
  const told = (all: readonly { vmid: number }[]) => all.map(({ vmid }) => vmid).join(' ');
  const other = { ...order(), guest: 'qemu/109' as const, source_node: 'pve3', migration_id: 'other' };
  const busy = addApproved(undefined, [other], [], noon);
  const full = decideRun(givenOccasion(run, { config }), givenFacts(run, { approvals: busy }));
  expect(told(full.approved)).toBe('');
  expect(told(decideRun(givenOccasion(run, { config }), givenFacts(run)).approved)).toBe(approved);
  const next = lookAgain(full.waiting, givenFacts(run), { now: noon + 1000, config: givenConfig(config) });
  expect(told(next.approved)).toBe(approved);
});

test('a pair whose places become free goes', () => {
  const all = [single(101, 1), single(102, 2), ...unit([103, 104], 3)];
  expect(play(all, {}, ['qemu/102'])[0]).toBe('101 103 104');
});

test('a pair that has begun goes before what ranks higher and was held until now', () => {
  const run = givenRun([single(101, 1), ...unit([102, 103], 2)]);
  const rules = { automated_migrations: { rules: { max_migrations_per_run: 2 } } };
  const two = decideRun(givenOccasion(run, { config: rules }), givenFacts(run));
  const [pair, waiting] = [two.waiting.generated.recommendations, two.waiting];
  const begun = { ...two.approved[0]!, guest: 'qemu/102' as const, migration_id: 'run-1.qemu-102' };
  const known = addApproved(undefined, [begun], pair, noon);
  const done = rememberApproval(known, begun, { ended: { at: new Date(noon).toISOString(), how: 'completed' } }, noon);
  const recommendations = run.recommendations.filter(({ guest }) => guest !== 'qemu/102');
  const queue = recommendations.map(({ recommendation_id, vmid }) => ({
    recommendation_id,
    decision_id: `run-1.qemu-${vmid}`,
  }));
  const left = { ...waiting, queue, generated: { ...run, recommendations } };
  const next = lookAgain(left, givenFacts(run, { approvals: done }), {
    now: noon + 90_000,
    config: givenConfig(rules),
  });
  expect(next.approved.map(({ guest }) => guest)).toEqual(['qemu/103']);
  expect(next.held).toEqual({ 'qemu/101': 'the run has made all of its moves' });
});
